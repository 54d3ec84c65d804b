import { CloudflareClientsError } from '../../core/error.js';

/**
 * Throws: the entry was imported where it cannot run. What it returns is for the entry's names: without them a bundler,
 * or Node, would only say that they are not exported.
 */
export function refusal(message: string): Record<string, never> {
  throw new CloudflareClientsError('misconfigured', message);
}

/** The error of an entry that needs a server, in a browser. */
export const serverOnly = (entry: string) =>
  refusal(
    `${entry} is server only: import this in +page.server.ts, +server.ts or hooks.server.ts, and types by \`import type\`. What is safe in a browser is in @codex/cloudflare-clients/shared. (Bundling for a Worker? Set the condition "workerd": docs/bundlers.md.)`,
  );
