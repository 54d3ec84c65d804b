/**
 * `npm test -- --all` runs every leg; without it the ones are left out whose subject another leg has already.
 * scripts/test.mjs says which.
 */
export const ALL_LEGS = process.env.TEST_LEGS === 'all';

/** The files of tests/packaging that are left out: each downloads a framework, or a Node, that few users have. */
export const LONG_LEGS = ['sveltekit3', 'nitro', 'opennext', 'node20'];
