export interface TranscodingJob {
  mediaId: string;
  source: string;
}

/** A job, if that is what a message holds. Ids become keys, so they are short and plain. */
export function parseJob(body: unknown): TranscodingJob | null {
  if (typeof body !== 'object' || body === null) return null;
  const { mediaId, source } = body as Partial<Record<keyof TranscodingJob, unknown>>;
  if (typeof mediaId !== 'string' || !/^[\w-]{1,64}$/.test(mediaId)) return null;
  if (typeof source !== 'string' || source.length === 0 || source.length > 1_024) return null;
  return { mediaId, source };
}
