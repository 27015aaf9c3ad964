/**
 * The dashboard's own addresses, all behind `#` so that no server ever sees or logs them. They hold pseudonyms, days,
 * cursors, names of audiences and rules; never a key or a shop's user id.
 */
import { useEffect, useState } from 'preact/hooks';
import { BANDS, type Band } from '../core/scores.ts';
import { isDay } from '../core/time.ts';

export type Route =
  | { page: 'today'; day?: string }
  | { page: 'users'; band: Band; day?: string; cursor?: string }
  | { page: 'user'; pseudonym: string; day?: string }
  | { page: 'audiences' }
  /** `rule`: JSON of the rule that the builder begins with. */
  | { page: 'build'; rule?: string }
  | { page: 'audience'; name: string; cursor?: string }
  | { page: 'demand'; category?: string; lead?: number }
  | { page: 'quality'; horizon?: number }
  | { page: 'sources'; day?: string }
  | { page: 'settings' }
  | { page: 'missing' };

/** Reads an address such as `#/users/~9f2c?day=2026-11-20`. What it does not know is the `missing` page. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const parameters = new URLSearchParams(query);
  const text = (name: string) => parameters.get(name) ?? undefined;
  const given = text('day');
  const day = given && isDay(given) ? { day: given } : {};
  const cursor = text('cursor') ? { cursor: text('cursor') } : {};
  const [page = '', subject = ''] = path.split('/');
  switch (page) {
    case '':
      return { page: 'today', ...day };
    case 'users': {
      if (!subject)
        return { page: 'users', band: BANDS.find((name) => name === text('band')) ?? 'now', ...day, ...cursor };
      const pseudonym = /^~([0-9a-f]+)$/.exec(subject)?.[1];
      return pseudonym ? { page: 'user', pseudonym, ...day } : { page: 'missing' };
    }
    case 'audiences':
      if (!subject) return { page: 'audiences' };
      if (subject === '+') return { page: 'build', ...(text('rule') && { rule: text('rule') }) };
      return /^[a-z0-9-]{1,64}$/.test(subject) ? { page: 'audience', name: subject, ...cursor } : { page: 'missing' };
    case 'demand':
      return {
        page: 'demand',
        ...(text('category') && { category: text('category') }),
        ...numberOf('lead', text('lead')),
      };
    case 'quality':
      return { page: 'quality', ...numberOf('horizon', text('horizon')) };
    case 'sources':
      return { page: 'sources', ...day };
    case 'settings':
      return { page: 'settings' };
    default:
      return { page: 'missing' };
  }
}

function numberOf<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: number } {
  return (value && /^\d{1,2}$/.test(value) ? { [name]: Number(value) } : {}) as { [K in Name]?: number };
}

const PATHS: Record<Exclude<Route['page'], 'user' | 'audience'>, string> = {
  today: '',
  users: 'users',
  audiences: 'audiences',
  build: 'audiences/+',
  demand: 'demand',
  quality: 'quality',
  sources: 'sources',
  settings: 'settings',
  missing: '',
};

export function hrefOf(route: Route): string {
  const { page, pseudonym, name, ...rest } = route as Route & { pseudonym?: string; name?: string };
  const path =
    page === 'user'
      ? `users/~${pseudonym}`
      : page === 'audience'
        ? `audiences/${name}`
        : PATHS[page as keyof typeof PATHS];
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) query.set(key, String(value));
  return `#/${path}${query.size > 0 ? `?${query}` : ''}`;
}

export function go(route: Route): void {
  location.hash = hrefOf(route);
}

/** Puts an address into the bar without a step in the history: for what changes while it is typed. */
export function show(route: Route): void {
  history.replaceState(null, '', hrefOf(route));
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
