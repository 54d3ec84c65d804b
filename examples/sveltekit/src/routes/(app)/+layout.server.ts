import { readCart } from '$lib/server/carts';
import { takeFlash } from '$lib/server/flash';
import { sessionHome } from '$lib/server/platform';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
  const { locals, url } = event;
  // Reading the path makes this run on every navigation, so that the line about the
  // session and the number on the cart are about the page that is shown.
  void url.pathname;
  const { user } = locals;
  return {
    viewer: user ? { name: user.name, email: user.email, role: user.role } : null,
    session: locals.sessionSource
      ? {
          source: locals.sessionSource,
          ms: locals.sessionMs,
          home: sessionHome(event),
          homeMs: locals.sessionHomeMs,
        }
      : null,
    cart: (await readCart(event)).items,
    flash: takeFlash(event),
  };
};
