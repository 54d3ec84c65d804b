/**
 * The name of what is shown as one page of code: a route, by its address (`shop/id`; `start` for the first page, with
 * the layouts), or another module of the app, by its path without extensions (`lib/server/carts`).
 */
export function codeName(path: string): string {
  const route = /^routes(.*)\/\+[^/]*$/.exec(path)?.[1];
  return route === undefined ? path.replace(/\.[^/]*$/, '') : routeName(route);
}

/** The same of a route's id, `/(app)/shop/[id]`. */
export const routeName = (id: string): string =>
  id
    .split('/')
    .filter((part) => part !== '' && !part.startsWith('('))
    .map((part) => part.replace(/[[\].]/g, ''))
    .join('/') || 'start';
