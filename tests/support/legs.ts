/**
 * `npm test -- --all` runs every leg; without it the ones are left out whose subject another leg has already.
 * scripts/test.mjs says which.
 */
export const ALL_LEGS = process.env.TEST_LEGS === 'all';
