import type { RequestEvent } from '@sveltejs/kit';
import { ENTRIES } from 'example-shared/entries';
import { CATEGORIES, type Category, type ContentItem } from '$lib/types';
import { invalidate, readThrough } from './cache';
import { type Input, textField } from './input';
import { limitPublish } from './limits';
import { database } from './platform';

const COLUMNS = 'id, category, title, summary, author, published_at AS publishedAt';

export function toCategory(value: unknown): Category | null {
  return CATEGORIES.find((category) => category === value) ?? null;
}

export function listPublished(event: RequestEvent, category: Category) {
  return readThrough(event, ENTRIES.published(category), async () => {
    const { results } = await database(event)
      .prepare(`SELECT ${COLUMNS} FROM content WHERE category = ? ORDER BY published_at DESC LIMIT 50`)
      .bind(category)
      .all<ContentItem>();
    return results;
  });
}

export function listFeatured(event: RequestEvent) {
  return readThrough(event, ENTRIES.featured(), async () => {
    const { results } = await database(event)
      .prepare(`SELECT ${COLUMNS} FROM content ORDER BY published_at DESC LIMIT 3`)
      .all<ContentItem>();
    return results;
  });
}

export type PublishOutcome =
  | { ok: true; item: ContentItem; invalidated: boolean; headers: Record<string, string> }
  | {
      ok: false;
      status: 400 | 401 | 403 | 429 | 503;
      message: string;
      headers: Record<string, string>;
    };

/** What the publish form and POST /api/content/publish both do. */
export async function publish(event: RequestEvent, input: Input): Promise<PublishOutcome> {
  const { user } = event.locals;
  if (!user) return refused(401, 'Sign in to publish.');
  if (user.role === 'customer') return refused(403, 'Your account cannot publish.');

  const category = toCategory(input.category);
  const title = textField(input, 'title', 120);
  const summary = textField(input, 'summary', 300);
  if (!category) return refused(400, 'Choose one of the categories.');
  if (!title) return refused(400, 'Enter a title of up to 120 characters.');
  if (!summary) return refused(400, 'Enter a summary of up to 300 characters.');

  const limit = await limitPublish(event, user.id);
  if (limit.refused) return { ok: false, ...limit.refused, headers: limit.headers };

  const item: ContentItem = {
    id: crypto.randomUUID(),
    category,
    title,
    summary,
    author: user.name,
    publishedAt: Date.now(),
  };
  await insert(event, item);
  // After the database: the other way round, a reader in between would put the old
  // list back.
  const invalidated = await invalidate(event, [ENTRIES.published(category), ENTRIES.featured()]);
  return { ok: true, item, invalidated, headers: limit.headers };
}

async function insert(event: RequestEvent, item: ContentItem): Promise<void> {
  await database(event)
    .prepare(
      'INSERT INTO content (id, category, title, summary, author, published_at) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .bind(item.id, item.category, item.title, item.summary, item.author, item.publishedAt)
    .run();
}

function refused(status: 400 | 401 | 403, message: string): PublishOutcome {
  return { ok: false, status, message, headers: {} };
}
