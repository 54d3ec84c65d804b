import { json } from '@sveltejs/kit';
import { purge } from '$lib/server/admin';
import { readInput } from '$lib/server/input';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  const outcome = await purge(event, await readInput(event.request));
  if (!outcome.ok) return json({ message: outcome.message }, { status: outcome.status });
  const { deleted, complete, cursor } = outcome;
  return json({ deleted, complete, cursor });
};
