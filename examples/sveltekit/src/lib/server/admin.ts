import { CloudflareClientsError } from '@codex/cloudflare-clients';
import { error, type RequestEvent } from '@sveltejs/kit';
import { contentCache } from './clients';
import { report } from './failures';
import { type Input, textField } from './input';
import { database } from './platform';

/**
 * Only an owner passes. The role in a cached session may be hours old, so an action
 * with consequences asks the database; no row and no role mean no.
 */
export async function requireOwner(event: RequestEvent): Promise<void> {
  const { user } = event.locals;
  if (!user) error(401, 'Sign in as an owner.');
  const row = await database(event)
    .prepare('SELECT role FROM "user" WHERE id = ?')
    .bind(user.id)
    .first<{ role: string }>();
  if (row?.role !== 'owner') error(403, 'Only an owner can do this.');
}

export type PurgeOutcome =
  | { ok: true; prefix: string; deleted: number; complete: boolean; cursor?: string }
  | { ok: false; status: 400 | 503; message: string };

/** What the admin page and POST /api/admin/purge both do. */
export async function purge(event: RequestEvent, input: Input): Promise<PurgeOutcome> {
  await requireOwner(event);
  const prefix = textField(input, 'prefix', 200);
  if (!prefix?.startsWith('cache:')) {
    return { ok: false, status: 400, message: 'Enter a prefix that starts with "cache:".' };
  }
  const cache = contentCache(event);
  if (!cache) return { ok: false, status: 503, message: 'There is no CACHE_KV to purge.' };

  // One request may do a limited number of KV operations. When there is more to
  // delete, the cursor continues in the next request.
  const cursor = textField(input, 'cursor', 2000) ?? undefined;
  try {
    return { ok: true, prefix, ...(await cache.clear({ prefix, ...(cursor ? { cursor } : {}) })) };
  } catch (cause) {
    // A cursor that KV has not made fails like a KV that is down.
    if (!(cause instanceof CloudflareClientsError)) throw cause;
    report('The cache could not be purged', cause);
    return { ok: false, status: 503, message: 'The cache could not be purged. Begin anew in a moment.' };
  }
}
