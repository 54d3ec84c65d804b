import { CloudflareClientsError } from '@codex/cloudflare-clients';

/** The errors of a deployment, not of a moment: they stay until somebody mends the configuration. */
const MISCONFIGURED: readonly string[] = ['misconfigured', 'invalid_handle', 'unsupported'];

export const isMisconfigured = (cause: unknown): boolean =>
  cause instanceof CloudflareClientsError && MISCONFIGURED.includes(cause.code);

/**
 * Logs what a client could not do. Of what is bound wrongly the message says what to mend; of an outage the code is
 * enough. No message of a client has a token, a key of a session or a value in it.
 */
export function report(message: string, cause: unknown): void {
  const code = cause instanceof CloudflareClientsError ? cause.code : 'unknown';
  if (isMisconfigured(cause)) console.error(JSON.stringify({ message, code, fix: String(cause) }));
  else console.warn(JSON.stringify({ message, code }));
}
