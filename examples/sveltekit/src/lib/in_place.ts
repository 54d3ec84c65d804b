import type { SubmitFunction } from '@sveltejs/kit';
import { goto } from '$app/navigation';

/**
 * For `use:enhance`: every action ends in a redirect. One that leads back to the page it was sent from loads it anew
 * where the visitor is, without a jump to the top, and with its form empty again.
 */
export const inPlace: SubmitFunction =
  () =>
  async ({ result, update, formElement }) => {
    if (result.type !== 'redirect' || !leadsHere(result.location)) return update({ reset: false });
    await goto(result.location, { invalidateAll: true, keepFocus: true, noScroll: true, replaceState: true });
    formElement.reset();
  };

const leadsHere = (place: string): boolean => new URL(place, location.href).pathname === location.pathname;
