import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** The posts of `?category=`, with a mark of when they were loaded. */
export const GET: RequestHandler = async ({ locals, url }) => {
  const category = url.searchParams.get('category') ?? '';
  return json(await locals.cache.getOrSet(`posts:${category}`, 300, async () => loadPosts(category)));
};

/** What is cached for each `?category=`. */
export const POST: RequestHandler = async ({ locals, url }) => {
  const keys = url.searchParams.getAll('category').map((category) => `posts:${category}`);
  return json(Object.fromEntries(await locals.cache.getMany(keys)));
};

/** Purges what begins with `?category=`. */
export const DELETE: RequestHandler = async ({ locals, url }) =>
  json(await locals.cache.clear({ prefix: `posts:${url.searchParams.get('category')}` }));

function loadPosts(category: string) {
  return { titles: [`The latest on ${category}`], load: crypto.randomUUID() };
}
