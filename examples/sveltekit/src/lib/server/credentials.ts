import { CloudflareClientsError } from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import type { SessionUser } from '$lib/types';
import { APIError, createAuth } from './auth';
import { mergeGuestCart } from './carts';
import { report } from './failures';
import { emailField, type Input, passwordField, textField } from './input';
import { limitSignIn, limitSignUp } from './limits';

/** What the sign-in page and POST /api/auth/login both answer from. */
export type CredentialsOutcome =
  | { ok: true; user: Pick<SessionUser, 'id' | 'email' | 'name'>; headers: Record<string, string> }
  | { ok: false; status: 400 | 401 | 409 | 429 | 503; message: string; headers: Record<string, string> };

export async function signIn(event: RequestEvent, input: Input): Promise<CredentialsOutcome> {
  const email = emailField(input, 'email');
  const password = passwordField(input, 'password');
  // Not counted: it cannot be a guess.
  if (!email || !password) return refused(400, 'Enter your e-mail address and password.');

  const limit = await limitSignIn(event);
  const { headers } = limit;
  if (limit.refused) return { ok: false, ...limit.refused, headers };
  try {
    const { user } = await createAuth(event).api.signInEmail({
      body: { email, password },
      headers: event.request.headers,
    });
    // Should this fail, the guest's cart stays, and the next page tries again.
    await mergeGuestCart(event, user.id);
    return { ok: true, user, headers };
  } catch (cause) {
    // One message for a wrong password and an unknown address: it names no accounts.
    if (isClientError(cause)) {
      return { ...refused(401, 'That e-mail address and password do not match.'), headers };
    }
    return notNow(cause);
  }
}

export async function signUp(event: RequestEvent, input: Input): Promise<CredentialsOutcome> {
  const name = textField(input, 'name', 80);
  const email = emailField(input, 'email');
  const password = passwordField(input, 'password');
  if (!name) return refused(400, 'Enter a name of up to 80 characters.');
  if (!email) return refused(400, 'Enter a valid e-mail address.');
  if (!password || password.length < 8) {
    return refused(400, 'Choose a password of 8 to 128 characters.');
  }

  const limit = await limitSignUp(event);
  if (limit.refused) return { ok: false, ...limit.refused, headers: limit.headers };
  try {
    const { user } = await createAuth(event).api.signUpEmail({
      body: { name, email, password },
      headers: event.request.headers,
    });
    await mergeGuestCart(event, user.id);
    return { ok: true, user, headers: {} };
  } catch (cause) {
    if (isClientError(cause)) {
      return refused(409, 'This address cannot be used. If it is yours, sign in instead.');
    }
    return notNow(cause);
  }
}

/** The password was right, and there was nowhere to put the session. */
function notNow(cause: unknown): CredentialsOutcome {
  if (!(cause instanceof CloudflareClientsError)) throw cause;
  report('A session could not be made', cause);
  return refused(503, 'Signing in does not work right now. Please try again in a moment.');
}

const refused = (status: 400 | 401 | 409 | 503, message: string): CredentialsOutcome & { ok: false } => ({
  ok: false,
  status,
  message,
  headers: {},
});

/** better-auth's own refusal, as against a database that failed. */
function isClientError(cause: unknown): boolean {
  return cause instanceof APIError && cause.statusCode < 500;
}
