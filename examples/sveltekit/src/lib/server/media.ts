import { error, type RequestEvent } from '@sveltejs/kit';
import { ENTRIES } from 'example-shared/entries';
import { isMediaId } from 'example-shared/shapes';
import type { MediaSnapshot } from '$lib/types';
import { invalidate, readThrough } from './cache';
import { database } from './platform';

interface MediaRow {
  id: string;
  title: string;
  workSeconds: number;
  startedAt: number | null;
}

const NO_SUCH_MEDIA = 'There is no such media.';

const COLUMNS = 'id, title, work_seconds AS workSeconds, started_at AS startedAt';

export async function listMedia(event: RequestEvent): Promise<MediaRow[]> {
  const { results } = await database(event)
    .prepare(`SELECT ${COLUMNS} FROM media ORDER BY title LIMIT 50`)
    .all<MediaRow>();
  return results;
}

/**
 * The processing status as a poll sees it. A cached one is a snapshot: up to a minute
 * old, for as many viewers as there are, for one database read. It carries the time at
 * which the job should be over, so a snapshot that has outlived its own estimate is
 * looked up again: nobody reads "97 %" for another minute after the job has finished.
 */
export function processingStatus(event: RequestEvent, mediaId: string) {
  // Before it is a part of a key, of which KV takes 512 bytes.
  if (!isMediaId(mediaId)) error(404, NO_SUCH_MEDIA);
  return readThrough(
    event,
    ENTRIES.processingStatus(mediaId),
    async () => snapshot(await findMedia(event, mediaId), Date.now()),
    { stillGood: ({ status, readyAt }) => status === 'ready' || !readyAt || Date.now() < readyAt },
  );
}

/** Starts the job (anew) and forgets the old status, as the job's worker would. */
export async function startTranscoding(event: RequestEvent, mediaId: string): Promise<void> {
  const { id } = await findMedia(event, mediaId);
  await database(event).prepare('UPDATE media SET started_at = ? WHERE id = ?').bind(Date.now(), id).run();
  await invalidate(event, [ENTRIES.processingStatus(id)]);
}

async function findMedia(event: RequestEvent, mediaId: string): Promise<MediaRow> {
  const row = await database(event)
    .prepare(`SELECT ${COLUMNS} FROM media WHERE id = ?`)
    .bind(mediaId)
    .first<MediaRow>();
  return row ?? error(404, NO_SUCH_MEDIA);
}

function snapshot({ startedAt, workSeconds }: MediaRow, now: number): MediaSnapshot {
  if (startedAt === null) return { status: 'waiting', progress: 0, startedAt, readyAt: null };
  const readyAt = startedAt + workSeconds * 1000;
  const progress = Math.min(100, Math.floor((100 * (now - startedAt)) / (workSeconds * 1000)));
  if (progress === 100) return { status: 'ready', progress, startedAt, readyAt };
  // The last fifth is packaging: slow enough to be seen, as in the real thing.
  return { status: progress < 80 ? 'transcoding' : 'packaging', progress, startedAt, readyAt };
}
