// apps/web/src/routes/api/content/+server.ts
import { CacheClient } from '@codex/cloudflare-clients';
import { db } from '@codex/database';
import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ url, platform }) => {
  const categoryId = url.searchParams.get('category');
  const kv = platform?.env?.CACHE_KV;

  if (!kv) {
    // No cache: fetch directly from database
    const contentList = await db.query.content.findMany({
      where: eq(content.categoryId, categoryId),
    });
    return json(contentList);
  }

  // Use read-through cache pattern
  const cache = new CacheClient(kv);
  const contentList = await cache.getOrSet(
    `cache:content:published:${categoryId}`,
    300, // 5 min TTL
    async () => db.query.content.findMany({
      where: eq(content.categoryId, categoryId),
    })
  );

  return json(contentList);
};
