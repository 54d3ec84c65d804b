/** "12 s", "5 min", "24 h": one unit is enough for an age. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** In production a Worker's clock stands still between I/O, so 0 is a real answer. */
export function milliseconds(ms: number): string {
  return ms < 1 ? '<1 ms' : `${Math.round(ms)} ms`;
}

/** The same in every time zone, so that server and browser write the same text. */
export function day(ms: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(ms);
}

export function price(cents: number): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100);
}

export const pieces = (count: number): string => `${count} ${count === 1 ? 'item' : 'items'}`;

/** To the minute, in UTC: server and browser write the same text. */
export function moment(ms: number): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en-GB', style).format(ms);
}
