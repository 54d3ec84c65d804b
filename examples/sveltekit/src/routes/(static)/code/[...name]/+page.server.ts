import { error } from '@sveltejs/kit';
import { codeNames, readCode } from '$lib/server/code';
import type { EntryGenerator, PageServerLoad } from './$types';

export const prerender = true;
/** Nothing here moves, and code that is sent once need not be sent again as data. */
export const csr = false;

export const entries: EntryGenerator = () => codeNames().map((name) => ({ name }));

export const load: PageServerLoad = async ({ params }) => {
  const page = await readCode(params.name);
  return { name: params.name, ...(page ?? error(404, 'There is no such code.')) };
};
