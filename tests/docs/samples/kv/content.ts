import { CacheClient } from '@codex/cloudflare-clients';
import { db } from '@codex/database';
import { content } from '@codex/database/schema';
import { eq, and } from 'drizzle-orm';
import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ url, platform }) => {
  const categoryId = url.searchParams.get('category');

  if (!categoryId) {
    return json({ error: 'Category ID required' }, { status: 400 });
  }

  const kv = platform?.env?.CACHE_KV;

  if (kv) {
    const cache = new CacheClient(kv);
    const cacheKey = `cache:content:published:${categoryId}`;

    // Read-through cache pattern
    const contentList = await cache.getOrSet(
      cacheKey,
      300, // 5 minutes
      async () => {
        return db.query.content.findMany({
          where: and(
            eq(content.categoryId, categoryId),
            eq(content.status, 'published')
          ),
        });
      }
    );

    return json(contentList);
  }

  // No cache: fetch directly
  const contentList = await db.query.content.findMany({
    where: and(
      eq(content.categoryId, categoryId),
      eq(content.status, 'published')
    ),
  });

  return json(contentList);
};
