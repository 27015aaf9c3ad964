/**
 * The dashboard's own addresses, all behind `#` so that no server ever sees or logs them. They hold pseudonyms, days
 * and cursors; never a key or a shop's user id.
 */
import { useEffect, useState } from 'preact/hooks';
import { BANDS, type Band } from '../core/scores.ts';
import { isDay } from '../core/time.ts';

export type Route =
  | { page: 'today'; day?: string }
  | { page: 'users'; band: Band; day?: string; cursor?: string }
  | { page: 'user'; pseudonym: string; day?: string }
  | { page: 'missing' };

/** Reads an address such as `#/users/~9f2c?day=2026-11-20`. What it does not know is the `missing` page. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const parameters = new URLSearchParams(query);
  const day = parameters.get('day');
  const common = day && isDay(day) ? { day } : {};
  const [page, subject] = path.split('/');
  if (!page) return { page: 'today', ...common };
  if (page !== 'users') return { page: 'missing' };
  if (subject === undefined || subject === '') {
    const band = BANDS.find((name) => name === parameters.get('band')) ?? 'now';
    const cursor = parameters.get('cursor');
    return { page: 'users', band, ...common, ...(cursor && { cursor }) };
  }
  const pseudonym = /^~([0-9a-f]+)$/.exec(subject)?.[1];
  return pseudonym ? { page: 'user', pseudonym, ...common } : { page: 'missing' };
}

export function hrefOf(route: Route): string {
  if (route.page === 'missing') return '#/';
  const query = new URLSearchParams();
  if (route.page === 'users') query.set('band', route.band);
  if (route.day) query.set('day', route.day);
  if (route.page === 'users' && route.cursor) query.set('cursor', route.cursor);
  const path = route.page === 'today' ? '' : route.page === 'users' ? 'users' : `users/~${route.pseudonym}`;
  return `#/${path}${query.size > 0 ? `?${query}` : ''}`;
}

export function go(route: Route): void {
  location.hash = hrefOf(route);
}

/** The page the address bar names now. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
