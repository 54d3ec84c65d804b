// Turns wasm-bindgen's `--target web` glue, which has a single instance, into a factory of instances.
// An instance that panicked is dead; the guard in js/wasm/guard.ts makes the next one (docs/architecture.md).

const LOADING = 'async function __wbg_load(';
const STATE = 'let wasmModule, wasmInstance, wasm;';
const EXPORTED = /^export function (\w+)\(/gm;

// Of short texts that are ASCII, such as names of methods, a loop is faster than the decoder, which costs 5 to 15 µs
// beside a commit.
const DECODE = `function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(`;
const DECODE_SHORT = `function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const memory = getUint8ArrayMemory0();
    let text = '';
    let at = len > 64 ? Infinity : 0;
    for (; at < len && memory[ptr + at] < 128; at++) text += String.fromCharCode(memory[ptr + at]);
    return at === len ? text : decodeText(`;

/** Throws when the glue does not look as expected: then this step must be read again. */
export function factory(glue) {
  const end = glue.indexOf(LOADING);
  if (end < 0 || !glue.includes(STATE) || !glue.includes(DECODE))
    throw new Error('scripts/glue.mjs: the glue has changed');
  const names = [...glue.matchAll(EXPORTED)].map(([, name]) => name).filter((name) => name !== 'start');
  if (names.length < 3 || /^import /m.test(glue)) throw new Error('scripts/glue.mjs: the glue has changed');
  const body = glue
    .slice(0, end)
    .replace(EXPORTED, 'function $1(')
    .replace(DECODE, DECODE_SHORT)
    // The typings describe the arguments; the comments would only be bytes.
    .replace(/^\/\*\*[\s\S]*?\*\/\n/gm, '');
  return `// Built by scripts/build.mjs from wasm-bindgen's glue.
export function create(module, host) {
${body}
__wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
return {
  exports: { ${names.join(', ')} },
  memory: wasm.memory,
  kill() {
    const dead = () => { throw new Error('this instance is dead'); };
    // Freeing goes on silently: finalizers of the old instance still run.
    const inert = (_, name) => /free|drop|destroy|dealloc/.test(String(name)) ? () => {} : dead();
    wasm = new Proxy({}, { get: inert });
  },
};
}
`;
}
