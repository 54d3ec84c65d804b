// Text and JSON, by the JavaScript engine.

const utf8 = new TextEncoder();

/** The length of a text as UTF-8. */
export const byteLength = (text: string) => utf8.encode(text).length;

/** The value of a JSON text; undefined for invalid JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
