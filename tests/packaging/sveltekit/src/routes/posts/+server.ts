import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

let loads = 0;

/** The posts of `?category=`, and how often any were loaded. */
export const GET: RequestHandler = async ({ locals, url }) => {
  const category = url.searchParams.get('category') ?? '';
  const posts = await locals.cache.getOrSet(`posts:${category}`, 300, () => {
    loads += 1;
    return [`The latest on ${category}`];
  });
  return json({ posts, loads });
};

/** What is cached for each `?category=`. */
export const POST: RequestHandler = async ({ locals, url }) => {
  const keys = url.searchParams.getAll('category').map((category) => `posts:${category}`);
  return json(Object.fromEntries(await locals.cache.getMany(keys)));
};

/** Purges what begins with `?category=`. */
export const DELETE: RequestHandler = async ({ locals, url }) =>
  json(await locals.cache.clear({ prefix: `posts:${url.searchParams.get('category')}` }));
