// By itself, since pages need it in the browser, where nothing is checked.
export const CATEGORIES = ['guides', 'films', 'audio'] as const;
export type Category = (typeof CATEGORIES)[number];
