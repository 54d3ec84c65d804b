// The common parts of the wires of carts and sessions.
import type { ErrorCode } from '../core/error.js';
import type { Refusal } from './reply.js';

/** The largest body that is read, in bytes: a cart of 512 KB with all its characters escaped fits. */
const MAX_BODY_BYTES = 2_000_000;

const STATUS: Partial<Record<ErrorCode, number>> = {
  forbidden: 403,
  conflict: 409,
  value_too_large: 413,
  limit_exceeded: 422,
  misconfigured: 500,
  object_unavailable: 503,
  object_overloaded: 503,
  timeout: 504,
};

/** @internal Reads the JSON object of a POST; returns a response where there is none. */
export async function readBody<T extends object>(request: Request): Promise<T | Response> {
  if (request.method !== 'POST') return invalid('The method must be POST', 405);
  const text = await readText(request);
  if (text === undefined) return invalid(`A body has at most ${MAX_BODY_BYTES} bytes`, 413);
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as T;
  } catch {
    // Refused below: the engine's message would quote the body.
  }
  return invalid('The body must be a JSON object', 400);
}

// Stops as soon as the body is too large, whatever Content-Length says.
async function readText(request: Request): Promise<string | undefined> {
  if (!request.body) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function invalid(message: string, status: number): Response {
  return Response.json({ ok: false, code: 'invalid_value', message }, { status });
}

/** @internal */
export function refusedResponse({ ok, code, message }: Refusal): Response {
  return Response.json({ ok, code, message }, { status: STATUS[code] ?? 400 });
}
