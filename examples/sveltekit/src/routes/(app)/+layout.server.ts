import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
  // Reading the path makes this run on every navigation, so that the line about the
  // session is about the page that is shown.
  void url.pathname;
  const { user } = locals;
  return {
    viewer: user ? { name: user.name, email: user.email, role: user.role } : null,
    session: locals.sessionSource
      ? {
          source: locals.sessionSource,
          ms: locals.sessionMs,
          databaseMs: locals.sessionDatabaseMs,
        }
      : null,
  };
};
