// better-auth as an application has it: made for each request, on objects for all but users and accounts.
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { magicLink } from 'better-auth/plugins';

export { AuthStorageDurableObject } from '@codex/cloudflare-clients/durable-objects';

interface Env {
  AUTH_DO: Parameters<typeof secondaryStorage>[0];
  DB: NonNullable<BetterAuthOptions['database']>;
}

// Fifty at a time are slow on a machine that runs all tests.
const QUIET = { slowMs: 60_000, timeoutMs: 60_000 };

const mail: Record<string, string> = {};

function optionsOf(env: Env, basePath: string) {
  return {
    baseURL: 'http://app.test',
    basePath,
    secret: 'a secret of more than thirty-two characters',
    database: env.DB,
    secondaryStorage: secondaryStorage(env.AUTH_DO, QUIET),
    rateLimit: basePath.startsWith('/custom')
      ? { enabled: true, customStorage: rateLimitStorage(env.AUTH_DO, QUIET) }
      : { enabled: true, storage: 'secondary-storage' },
    emailAndPassword: {
      enabled: true,
      // Hashing is not what is tested, and takes a tenth of a second.
      password: {
        hash: async (password) => `hash of ${password}`,
        verify: async ({ hash, password }) => hash === `hash of ${password}`,
      },
      sendResetPassword: async ({ user, token }) => void (mail[user.email] = token),
      revokeSessionsOnPasswordReset: true,
    },
    plugins: [magicLink({ sendMagicLink: async ({ email, token }) => void (mail[email] = token) })],
    session: { updateAge: 0 },
    advanced: { ipAddress: { ipAddressHeaders: ['x-address'] } },
    logger: { level: 'error' },
    telemetry: { enabled: false },
  } satisfies BetterAuthOptions;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/migrate') {
      const { toBeCreated, runMigrations } = await getMigrations(optionsOf(env, '/auth'));
      await runMigrations();
      return Response.json(toBeCreated.map(({ table }) => table));
    }
    if (pathname === '/mail') return new Response(mail[searchParams.get('to') ?? '']);
    return betterAuth(optionsOf(env, pathname.split('/', 3).join('/'))).handler(request);
  },
};
