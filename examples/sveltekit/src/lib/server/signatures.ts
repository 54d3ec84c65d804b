import type { RequestEvent } from '@sveltejs/kit';
import { constantTimeEqual, makeSignature } from 'better-auth/crypto';
import { authSecret, bindings } from './platform';

/** Whether there is a secret to sign with. */
export const canSign = (event: RequestEvent): boolean => (bindings(event).AUTH_SECRET?.length ?? 0) >= 32;

/** What a cookie carries beside its value, as better-auth's own does: without the secret nobody can make one. */
export const sign = (event: RequestEvent, text: string): Promise<string> =>
  makeSignature(text, authSecret(event));

export const isSigned = async (event: RequestEvent, text: string, signature: string): Promise<boolean> =>
  constantTimeEqual(signature, await sign(event, text));
