/** Which parts of the API this system has: pages without theirs are not shown. */
import { ROUTES } from '../functions/routes.ts';

const routes = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));

/** @param route as `GET /v1/demand` */
export function has(route: string): boolean {
  return routes.has(route);
}
