// Writes the demo's transcript: aligned, with colours on a terminal only.
const tty = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (tty ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, green, red] = [paint('1'), paint('2'), paint('32'), paint('31')];
const WIDTH = 58;

export function createReport() {
  const failures = [];
  return {
    failures,
    title: (text) => console.log(`\n${bold(text)}`),
    /** Announces a step that takes a while. */
    wait: (text) => console.log(dim(`… ${text}`)),
    line: (text = '') => console.log(text),
    /** One check; `detail` is what was seen. */
    check(holds, text, detail = '') {
      if (!holds) failures.push(detail ? `${text} (saw: ${detail})` : text);
      const mark = holds ? green('✓') : red('✗');
      console.log(`  ${mark} ${text.padEnd(WIDTH)} ${dim(detail)}`.trimEnd());
    },
    fail: (text) => console.error(red(`✗ ${text}`)),
    strong: bold,
  };
}
