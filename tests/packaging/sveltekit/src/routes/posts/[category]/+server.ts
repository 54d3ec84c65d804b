import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

let loads = 0;

/** Loads the list once for each category. */
export const GET: RequestHandler = async ({ locals, params }) => {
  const posts = await locals.cache.getOrSet(`posts:${params.category}`, 300, () => {
    loads += 1;
    return [{ title: `The latest on ${params.category}` }];
  });
  return json({ posts, loads });
};

/** What is cached for the categories in `?of=a,b`. */
export const POST: RequestHandler = async ({ locals, url }) => {
  const keys = (url.searchParams.get('of') ?? '').split(',').map((category) => `posts:${category}`);
  return json(Object.fromEntries(await locals.cache.getMany(keys)));
};

/** Purges a category. */
export const DELETE: RequestHandler = async ({ locals, params }) =>
  json(await locals.cache.clear({ prefix: `posts:${params.category}` }));
