// The identifier of a client's address.
import { notText, throwIf } from '../core/checks.js';

// Longer than any address with its zone and port.
const MAX_ADDRESS = 128;

/**
 * Returns the identifier for a client's address: IPv6 by its /64 network (which one customer owns), an
 * IPv4-mapped address as IPv4. A port, and the brackets around IPv6, are left out. A text that is no address is
 * returned as it is, without white space around it.
 *
 * @example
 * ```ts
 * clientKey('2001:db8:1:2:3:4:5:6'); // '2001:db8:1:2::/64'
 * clientKey('[2001:db8:1:2::1]:443'); // '2001:db8:1:2::/64'
 * clientKey('203.0.113.7:5678'); // '203.0.113.7'
 * clientKey('::ffff:203.0.113.7'); // '203.0.113.7'
 * ```
 */
export function clientKey(address: string): string {
  throwIf(notText(address, 'The address', 'invalid_key', Number.POSITIVE_INFINITY));
  const bare = address.trim();
  if (bare.length > MAX_ADDRESS) return bare;
  const [host = ''] = (withoutPort(bare) ?? bare).split('%');
  if (IPV4.test(host)) return host;
  const groups = groupsOf(host);
  if (!groups) return bare;
  return mapped(groups) ?? network(groups);
}

// Each part as it is written: `01` is octal to some and decimal to others, so it is no address.
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const GROUP = /^[\da-f]{1,4}$/i;

// `[address]`, with a port or without, or an address without colons, with a port.
function withoutPort(text: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(text) ?? [];
  return bracketed ?? plain;
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2); undefined for what is none. */
function groupsOf(text: string): number[] | undefined {
  const [head = '', tail, more] = withoutDots(text).split('::');
  if (more !== undefined) return undefined;
  const [before, after] = [listed(head), listed(tail ?? '')];
  const missing = 8 - before.length - after.length;
  // `::` stands for one group or more.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after];
  return groups.every((group) => GROUP.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

const listed = (groups: string) => (groups === '' ? [] : groups.split(':'));

// The last two groups may be written as IPv4.
function withoutDots(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const last = text.slice(at);
  if (!IPV4.test(last)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number);
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

// `::ffff:a.b.c.d` is the IPv4 address.
function mapped(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined;
}

// 64 bits are one customer (RFC 6177), so its hosts share a limit. The four groups that are left out are the longest
// run of zeros, hence `::` is theirs (RFC 5952).
function network(groups: readonly number[]): string {
  const prefix = groups.slice(0, 4);
  while (prefix.at(-1) === 0) prefix.pop();
  return `${prefix.map((group) => group.toString(16)).join(':')}::/64`;
}
