import { CloudflareClientsError } from '@codex/cloudflare-clients';

/** The errors of a deployment, not of a moment: they stay until somebody mends the configuration. */
const MISCONFIGURED: readonly string[] = ['misconfigured', 'invalid_handle', 'unsupported'];

export const isMisconfigured = (cause: unknown): boolean =>
  cause instanceof CloudflareClientsError && MISCONFIGURED.includes(cause.code);

/**
 * Logs what a client could not do. Of what is bound wrongly the message says what to mend; of an outage the code is
 * enough. No message of a client has a token, a key of a session or a value in it. What is no client's error may have
 * anything in it, and stays out of the log.
 */
export function report(message: string, cause: unknown): void {
  if (!(cause instanceof CloudflareClientsError)) console.error(JSON.stringify({ message, code: 'unknown' }));
  else if (!isMisconfigured(cause)) console.warn(JSON.stringify({ message, code: cause.code }));
  else {
    const because = cause.cause instanceof Error ? cause.cause.message : undefined;
    console.error(JSON.stringify({ message, code: cause.code, fix: cause.message, because }));
  }
}
