import { SessionCacheClient } from '@codex/cloudflare-clients';
import { plainSession } from '../../plain.mjs';

// The same request either way, in the same isolate; a header says by whom.
export async function handle({ event, resolve }) {
  const kv = event.platform.env.AUTH_SESSION_KV;
  const token = event.cookies.get('session');
  const ours = event.request.headers.get('x-by') === 'ours';
  const session = ours ? await new SessionCacheClient(kv).get(token) : await plainSession(kv, token);
  event.locals.user = session?.user ?? null;
  return resolve(event);
}
