import { MediaId } from 'example-shared/shapes';
import * as v from 'valibot';

const TranscodingJob = v.object({
  mediaId: MediaId,
  source: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1_024)),
});
export type TranscodingJob = v.InferOutput<typeof TranscodingJob>;

/** A job, if that is what a message holds. */
export function parseJob(body: unknown): TranscodingJob | null {
  const { success, output } = v.safeParse(TranscodingJob, body);
  return success ? output : null;
}
