// Where the time of a call goes that plain TypeScript does not take: into the client, or into the object.
import { fixed, freshId, inTurn, median } from '../measure.mjs';

const ROUNDS = 15;
const CALLS = {
  limiter: '`checkLimit`',
  session: 'session `get`',
  cart: '`incrementQty`, 1 line',
};

// `plain` is the job of the speed table.
const WAYS = {
  plain: (call) => ({ job: call, by: 'plain', size: 1 }),
  'stub, from memory': (call) => ({ job: 'split', call, by: 'stub', memory: true }),
  'client, from memory': (call) => ({ job: 'split', call, by: 'client', memory: true }),
  'stub, our object': (call) => ({ job: 'split', call, by: 'stub' }),
  ours: (call) => ({ job: 'split', call, by: 'client' }),
};

export async function splitSection({ send }) {
  const columns = [...Object.keys(WAYS), "the client's share", "the object's share"];
  const lines = [
    '## Split',
    '',
    "A call in µs: by the plain stub or by our client, on an object that replies from memory or on ours. The client's share is",
    "the difference of the two from memory, the object's that of our object and the plain one, both by the stub.",
    '',
    `| | ${columns.join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
  ];
  for (const [call, label] of Object.entries(CALLS)) {
    for (const at of [1, 50]) {
      const us = await inTurn(Object.keys(WAYS), ROUNDS, async (way) => {
        const n = call === 'session' || way.endsWith('memory') ? 2_000 : 400;
        return (await send({ ...WAYS[way](call), at, n, id: freshId() })).us;
      });
      const [plain, stub, client, object, ours] = Object.values(us).map(median);
      const cells = [plain, stub, client, object, ours, client - stub, object - plain].map((n) => fixed(n));
      lines.push(`| ${label}, ${at} at a time | ${cells.join(' | ')} |`);
      console.log(`  ${lines.at(-1)}`);
    }
  }
  return lines;
}
