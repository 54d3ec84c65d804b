import type { RequestEvent } from '@sveltejs/kit';
import { ENTRIES } from 'example-shared/entries';
import type { ContentItem } from '$lib/types';
import { invalidate, readThrough } from './cache';
import { database } from './platform';

/** The id comes from the session, never from the request: a key holds one user's data. */
export function listLibrary(event: RequestEvent, userId: string) {
  return readThrough(event, ENTRIES.library(userId), async () => {
    const { results } = await database(event)
      .prepare(
        `SELECT content.id, category, title, summary, author, published_at AS publishedAt
         FROM library_item JOIN content ON content.id = library_item.content_id
         WHERE user_id = ? ORDER BY added_at DESC LIMIT 100`,
      )
      .bind(userId)
      .all<ContentItem>();
    return results;
  });
}

/** False when there is no such content. */
export async function addToLibrary(event: RequestEvent, userId: string, contentId: string): Promise<boolean> {
  const known = await database(event).prepare('SELECT 1 FROM content WHERE id = ?').bind(contentId).first();
  if (!known) return false;
  await database(event)
    .prepare('INSERT OR IGNORE INTO library_item (user_id, content_id, added_at) VALUES (?, ?, ?)')
    .bind(userId, contentId, Date.now())
    .run();
  await invalidate(event, [ENTRIES.library(userId)]);
  return true;
}

export async function removeFromLibrary(
  event: RequestEvent,
  userId: string,
  contentId: string,
): Promise<void> {
  await database(event)
    .prepare('DELETE FROM library_item WHERE user_id = ? AND content_id = ?')
    .bind(userId, contentId)
    .run();
  await invalidate(event, [ENTRIES.library(userId)]);
}
