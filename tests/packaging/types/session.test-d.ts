import {
  type CachedSession,
  type KVHandle,
  type ObjectHandle,
  SessionCacheClient,
  type SessionCacheOptions,
} from '@codex/cloudflare-clients';
import { same } from './same.js';

declare const kv: KVHandle;
declare const expiresAt: Date;
const user = {
  id: 'u1',
  email: 'ada@example.test',
  name: 'Ada',
  role: 'admin',
  emailVerified: true,
} as const;

const sessions = new SessionCacheClient(kv);
const admins = new SessionCacheClient<'admin'>(kv, {
  hashTokens: true,
  trackUsers: false,
  timeoutMs: 500,
  slowMs: 50,
  onEvent() {},
});

// Roles.
same<ReturnType<typeof sessions.get>, Promise<CachedSession<'customer' | 'owner' | 'creator'> | null>>();
same<ReturnType<typeof admins.get>, Promise<CachedSession<'admin'> | null>>();
same<CachedSession['user']['role'], 'customer' | 'owner' | 'creator'>();
same<CachedSession<'admin'>['user']['role'], 'admin'>();
same<CachedSession['session']['expiresAt'], string>();
same<CachedSession['session']['ipAddress'], string | undefined>();
// @ts-expect-error a role is text
new SessionCacheClient<1>(kv);

// A session of one's own: what `set` takes is what `get` gives.
interface MySession {
  session: { id: string; userId: number; expiresAt: string };
  user: { id: number; plan: 'free' | 'paid' };
}
declare const mine: MySession;
const mySessions = new SessionCacheClient<MySession>(kv);
mySessions.set('token', mine);
mySessions.set('token', { ...mine, session: { ...mine.session, expiresAt } });
same<ReturnType<typeof mySessions.get>, Promise<MySession | null>>();
const loadedOwn = mySessions.getOrLoad('token', async () => mine);
same<typeof loadedOwn, Promise<MySession | null>>();
mySessions.getOrLoad('token', () => ({ session: null, user: null }));
mySessions.getOrLoad('token', async () => (Math.random() < 0.5 ? mine : undefined));
mySessions.deleteUserSessions(7);
// @ts-expect-error without its plan
mySessions.set('token', { session: mine.session, user: { id: 7 } });
// @ts-expect-error nor from a loader
mySessions.getOrLoad('token', () => ({ session: mine.session, user: { id: 7 } }));
interface Dated {
  session: { expiresAt: Date; createdAt: Date };
  user: { id: string };
}
declare const datedSession: Dated;
const dates = new SessionCacheClient<Dated>(kv);
dates.set('token', datedSession);
const read = dates.get('token');
same<
  typeof read,
  Promise<{ session: { expiresAt: string; createdAt: string }; user: { id: string } } | null>
>();

// What may be cached: fields beyond the needed ones too, written on the spot as well.
sessions.set('token', { session: { expiresAt }, user: {} });
sessions.set('token', { session: { expiresAt: '2027-01-01T00:00:00.000Z' }, user: { id: 'u1' } });
sessions.set('token', {
  session: { id: 's1', userId: 'u1', token: 'token', expiresAt, impersonatedBy: null },
  user,
});
sessions.set('token', { session: { expiresAt }, user: { email: 'ada@example.test' } });
sessions.set('token', { session: { expiresAt }, user, activeOrganizationId: 'o1' });
interface OwnUser {
  id: string;
  plan: 'free' | 'paid';
}
declare const own: { session: { id: string; userId: string; expiresAt: Date }; user: OwnUser };
sessions.set('token', own);
declare const cached: CachedSession<'admin'>;
admins.set('token', cached);
// @ts-expect-error no expiry
sessions.set('token', { session: { id: 's1' }, user });
// @ts-expect-error an expiry is a Date or ISO text
sessions.set('token', { session: { expiresAt: 1_800_000_000_000 }, user });
// @ts-expect-error no user
sessions.set('token', { session: { expiresAt } });
// @ts-expect-error a user is an object
sessions.set('token', { session: { expiresAt }, user: 'u1' });
// @ts-expect-error what getSession() answers may be null
sessions.set('token', null as CachedSession | null);
// @ts-expect-error a token is text
sessions.get(7);

same<ReturnType<typeof sessions.set>, Promise<void>>();
same<ReturnType<typeof sessions.delete>, Promise<void>>();
same<ReturnType<typeof sessions.deleteUserSessions>, Promise<number>>();
same<Parameters<typeof sessions.deleteUserSessions>, [userId: string | number]>();

// Options may be left out, and undefined.
const options: SessionCacheOptions = { hashTokens: undefined, trackUsers: undefined };
new SessionCacheClient(kv, options);
// @ts-expect-error misspelt
new SessionCacheClient(kv, { hashToken: true });

// Revocations.
declare const objects: ObjectHandle;
const bounded = new SessionCacheClient<'admin'>(kv, { revocations: objects, maxStalenessSeconds: 0 });
new SessionCacheClient(kv, { revocations: objects, maxStalenessSeconds: undefined });
// @ts-expect-error a KV namespace keeps no revocations
new SessionCacheClient(kv, { revocations: kv });
bounded.set('token', cached, { asOf: 1_800_000_000_000 });
bounded.set('token', cached, { asOf: expiresAt });
bounded.set('token', cached, { asOf: undefined });
// @ts-expect-error a moment is a number or a Date
bounded.set('token', cached, { asOf: '2026-01-01' });

// What the loader answers is what its caller gets.
const nothing = bounded.getOrLoad('token', () => null);
same<typeof nothing, Promise<CachedSession<'admin'> | null>>();
const loaded = bounded.getOrLoad('token', async () => own);
same<typeof loaded, Promise<typeof own | CachedSession<'admin'> | null>>();
bounded.getOrLoad('token', async () => (Math.random() < 0.5 ? cached : null));
bounded.getOrLoad('token', () => undefined);
// @ts-expect-error no session
bounded.getOrLoad('token', () => ({ user }));
// @ts-expect-error what loads is a function
bounded.getOrLoad('token', own);
