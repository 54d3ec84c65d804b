import { json } from '@sveltejs/kit';
import { publish } from '$lib/server/content';
import { readInput } from '$lib/server/input';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  const outcome = await publish(event, await readInput(event.request));
  if (!outcome.ok) {
    const { status, message, headers } = outcome;
    return json({ message }, { status, headers });
  }
  const { item, invalidated, headers } = outcome;
  return json({ item, invalidated }, { status: 201, headers });
};
