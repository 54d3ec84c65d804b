import { json } from '@sveltejs/kit';
import { processingStatus } from '$lib/server/media';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => json(await processingStatus(event, event.params.id));
