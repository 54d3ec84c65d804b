import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Every address that is no other page's: as a page of this group, it fails inside of the group's layout. */
export const load: PageServerLoad = () => error(404, 'There is nothing at this address.');
