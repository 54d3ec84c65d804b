import { vi } from 'vitest';

/** What the auth package of the documents offers. Its `getSession` answers as better-auth does. */
export const auth = { api: { getSession: vi.fn(async (_: { headers: Headers }): Promise<unknown> => null) } };
