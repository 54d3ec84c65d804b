import { listFeatured } from '$lib/server/content';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const { value, cache } = await listFeatured(event);
  return { featured: value, cache };
};
