import { error, json } from '@sveltejs/kit';
import { listPublished, toCategory } from '$lib/server/content';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  const category = toCategory(event.url.searchParams.get('category'));
  if (!category) error(400, 'Name a category: ?category=guides, films or audio.');
  const { value, cache } = await listPublished(event, category);
  return json({ items: value, cache });
};
