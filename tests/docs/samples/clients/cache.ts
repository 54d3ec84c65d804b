import { CacheClient } from '@codex/cloudflare-clients';

const cache = new CacheClient(env.CACHE_KV);

// Basic cache operations
await cache.set('cache:content:featured', featuredContent, 1800); // 30 min TTL
const cached = await cache.get<Content[]>('cache:content:featured');
await cache.delete('cache:content:featured');

// Read-through cache pattern
const contentList = await cache.getOrSet(
  'cache:content:published:category-123',
  300, // 5 min TTL
  async () => {
    // This function only runs on cache miss
    return await db.query.content.findMany({
      where: eq(content.categoryId, 'category-123'),
    });
  }
);

// Batch invalidation
await cache.deleteMany([
  'cache:content:featured',
  'cache:content:published:category-123',
]);

export {};
