/**
 * Routes whose shapes are agreed and whose functions are on their way: the typed client and the dashboard know them,
 * the document does not. A route that is there leaves this list by itself, and its own contract counts.
 */
import { ROUTES, type Route } from '../../routes.ts';
import type { Contracts } from '../contract.ts';
import { contracts as quality } from './quality.ts';

const there = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));

export const PLANNED: Contracts = Object.fromEntries(Object.entries(quality).filter(([key]) => !there.has(key)));

export const PLANNED_ROUTES: readonly Route[] = Object.keys(PLANNED).map((key) => {
  const [method, path] = key.split(' ') as [Route['method'], string];
  return { method, path, function: 'openapi', scope: method === 'GET' ? 'read' : 'admin' };
});
