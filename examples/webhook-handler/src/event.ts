import * as v from 'valibot';

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** What an identity provider tells of: somebody's sessions must not count any more. */
const UserEvent = v.variant('type', [
  v.object({
    type: v.picklist(['user.deleted', 'user.password_changed']),
    data: v.object({ userId: Id }),
  }),
  v.object({ type: v.literal('session.revoked'), data: v.object({ token: Id }) }),
]);
export type UserEvent = v.InferOutput<typeof UserEvent>;

/** An event that concerns sessions, if the payload is one. */
export function parseEvent(payload: unknown): UserEvent | null {
  const { success, output } = v.safeParse(UserEvent, payload);
  return success ? output : null;
}
