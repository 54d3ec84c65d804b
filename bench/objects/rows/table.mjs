// What each operation writes, and costs: counted in workerd, so all but the same in every run.
import { cpus } from 'node:os';
import { OBJECTS } from '../../prices.mjs';
import { program, serve } from '../server.mjs';

const CLASSES = {
  AUTH_DO: 'CountedAuthStorage',
  CART_DO: 'CountedCart',
  COORDINATION_DO: 'CountedCoordination',
  RATE_LIMIT_DO: 'CountedRateLimit',
  SESSION_DO: 'CountedSession',
};

// Work that is done every so many calls is in their mean.
const FURTHER = 200;
const PROCESSES = cpus().length;

const mean = (calls, field) => calls.reduce((sum, call) => sum + call[field], 0) / calls.length;
const number = (n) => String(Number(n.toFixed(2)));

// Its fields by their means.
const meanOf = (calls) =>
  Object.fromEntries(Object.keys(calls[0]).map((field) => [field, mean(calls, field)]));

function alarms({ alarmsSet, alarmsDeleted, emptied }) {
  const parts = [
    [alarmsSet, 'set'],
    [alarmsDeleted, 'deleted'],
    [emptied, 'emptied'],
  ].filter(([n]) => n > 0);
  return parts.map(([n, what]) => `${number(n)} ${what}`).join(', ') || '0';
}

const dollars = ({ requests, rowsWritten, rowsRead, alarmsSet }) =>
  (rowsWritten + alarmsSet) * OBJECTS.rowWritten + rowsRead * OBJECTS.rowRead + requests * OBJECTS.request;

function row(name, calls) {
  const [first, each] = [calls[0], meanOf(calls.slice(1))];
  const cells = [
    ...[first, each].map(({ rowsWritten }) => number(rowsWritten)),
    ...[first, each].map(alarms),
    ...[first, each].map(({ rowsRead }) => number(rowsRead)),
    ...[first, each].map(({ requests }) => number(requests)),
    ...[first, each].map((counts) => dollars(counts).toFixed(2)),
  ];
  console.log(`  ${[name.padEnd(48), ...cells].join('  ')}`);
  return `| ${[name, ...cells].join(' | ')} |`;
}

// The share of the k-th process, in the order of all.
async function counted(send, k) {
  const names = await send({});
  const share = [];
  for (let at = k; at < names.length; at += PROCESSES) {
    share.push({ at, name: names[at], calls: await send({ name: names[at], calls: 1 + FURTHER }) });
  }
  return share;
}

export async function rowsSection() {
  const pairs = ['rows written', 'alarms', 'rows read', 'requests', '$ a million'];
  const columns = pairs.flatMap((name) => [`${name}: first`, 'further']);
  const lines = [
    '## Rows',
    '',
    `What the objects of a call write: its first on a new object, and the mean of ${FURTHER} further. The price is that of a`,
    "million such calls by Cloudflare's list prices of 2026-11, beyond what the paid plan includes: rows written and read,",
    'alarms set (each a row written) and requests to objects. What alarms do later, the time for which objects are awake, and',
    'what a cached session costs in KV are not in it. An operation that needs something to be there has it set before, uncounted.',
    '',
    `| | ${columns.join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
  ];
  const worker = await program('bench/objects/rows/worker.mjs', CLASSES);
  const shares = Array.from({ length: PROCESSES }, (_, k) => serve(worker, (send) => counted(send, k)));
  const all = (await Promise.all(shares)).flat().sort((a, b) => a.at - b.at);
  console.log(`  ${['operation'.padEnd(48), ...columns].join('  ')}`);
  lines.push(...all.map(({ name, calls }) => row(name, calls)));
  return lines;
}
