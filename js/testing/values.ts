// Values are stored as bytes: a value that was put as one type can be read as another.
import { checkValueSize, refused } from './limits.js';
import type { Stream } from './namespace.js';

const encoder = new TextEncoder();
// KV keeps a byte order mark.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a value; a promise of them only for a stream, so that other writes happen at once. */
export function bytesOf(value: unknown): Uint8Array | Promise<Uint8Array> {
  const bytes = isStream(value) ? drained(value) : plainBytes(value);
  if (bytes instanceof Uint8Array) checkValueSize(bytes.length);
  return bytes;
}

function plainBytes(value: unknown): Uint8Array {
  const buffer = bufferOf(value);
  if (buffer) return buffer.slice();
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    throw new TypeError(
      'KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.',
    );
  }
  // Any primitive becomes text, as in the binding: `undefined` is stored as 'undefined'.
  return encoder.encode(`${value}`);
}

// By its tag: a buffer may come from another realm, as in vitest's own environments.
function bufferOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object ArrayBuffer]' && tag !== '[object SharedArrayBuffer]') return undefined;
  return new Uint8Array(value as ArrayBuffer);
}

function isStream(value: unknown): value is ReadableStream<unknown> {
  return typeof (value as Partial<ReadableStream> | null)?.getReader === 'function';
}

async function drained(stream: ReadableStream<unknown>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const chunk = plainBytes(read.value);
      length += chunk.length;
      checkValueSize(length);
      chunks.push(chunk);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A value as the requested type: a copy, so that no caller changes the stored one. */
export function valueAs(bytes: Uint8Array, type: string): unknown {
  switch (type) {
    case 'text':
      return decoder.decode(bytes);
    case 'json':
      return JSON.parse(decoder.decode(bytes));
    case 'arrayBuffer':
      return bytes.slice().buffer;
    case 'stream':
      return new Response(bytes.slice()).body as Stream;
    default:
      throw new TypeError(
        'Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".',
      );
  }
}

/** The same for a bulk read, which fails as a whole. */
export function bulkValueAs(bytes: Uint8Array, type: string): unknown {
  try {
    return valueAs(bytes, type);
  } catch {
    throw refused('GET_BULK', 400, `At least one of the requested keys corresponds to a non-${type} value`);
  }
}

export function checkBulkType(type: string): void {
  if (type === 'text' || type === 'json') return;
  throw refused('GET_BULK', 400, `"${type}" is not a valid type. Use "json" or "text"`);
}
