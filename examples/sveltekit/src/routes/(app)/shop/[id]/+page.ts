import { error } from '@sveltejs/kit';
import { findProduct } from '$lib/products';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => {
  return { product: findProduct(params.id) ?? error(404, 'There is no such product.') };
};
