// The values that are kept in CACHE_KV: each is a shape to check what was read, and a type.
import * as v from 'valibot';
import { CATEGORIES } from './categories';

/** Ids become parts of keys, so they are short and plain. */
export const MediaId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
export const isMediaId = (value: unknown): value is string => v.is(MediaId, value);

export const ContentItem = v.object({
  id: v.string(),
  category: v.picklist(CATEGORIES),
  title: v.string(),
  summary: v.string(),
  author: v.string(),
  publishedAt: v.number(),
});
export type ContentItem = v.InferOutput<typeof ContentItem>;

export const MediaSnapshot = v.object({
  status: v.picklist(['waiting', 'transcoding', 'packaging', 'ready', 'failed']),
  /** 0 to 100, at the moment of the snapshot. */
  progress: v.number(),
  startedAt: v.nullable(v.number()),
  /** When the job should be over; null when nobody can tell. */
  readyAt: v.nullable(v.number()),
});
export type MediaSnapshot = v.InferOutput<typeof MediaSnapshot>;
