import { error } from '@sveltejs/kit';

/** A form or a JSON object, read the same way. */
export type Input = Record<string, unknown>;

/** Nothing that the app accepts is longer; the check is on what arrives, not on a header. */
const MAX_BODY_BYTES = 16 * 1024;

export async function readInput(request: Request): Promise<Input> {
  const bytes = await readBounded(request);
  const type = request.headers.get('content-type') ?? '';
  try {
    if (/^application\/json\s*(;|$)/i.test(type)) {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (value && typeof value === 'object' && !Array.isArray(value)) return value as Input;
    } else {
      const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
      return Object.fromEntries(form);
    }
  } catch {
    // Engine errors quote what they could not parse: none of it is passed on.
  }
  error(400, 'Send a form or a JSON object.');
}

async function readBounded(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || !value) break;
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      await reader?.cancel();
      error(413, 'That is more than this page takes.');
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Trimmed text of 1 to `max` characters, or null. Halves of a character would be stored as something else. */
export function textField(input: Input, name: string, max: number): string | null {
  const value = input[name];
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text.length > 0 && text.length <= max && text.isWellFormed() ? text : null;
}

/** What was sent, to be shown in the form again: the start of a text, and nothing of anything else. */
export function shown(input: Input, name: string, max: number): string {
  const value = input[name];
  return typeof value === 'string' ? value.slice(0, max) : '';
}

export function emailField(input: Input, name: string): string | null {
  const text = textField(input, name, 254)?.toLowerCase();
  return text && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text : null;
}

/** Not trimmed: spaces are part of a password. */
export function passwordField(input: Input, name: string): string | null {
  const value = input[name];
  return typeof value === 'string' && value.length > 0 && value.length <= 128 ? value : null;
}

/** A path on this site to go to afterwards; anything else could lead elsewhere. */
export function localPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || value.length > 200) return fallback;
  return /^\/(?![/\\])[\w\-./?=&%]*$/.test(value) ? value : fallback;
}
