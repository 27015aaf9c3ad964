/** Every HTTP route, declared once: the CDK stack and the local server are both made from this list. */
import type { Scope } from '../core/ports/keys.ts';

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** API Gateway form: `/v1/users/{userId}/timing`. */
  path: string;
  /** Folder under functions/ whose index.ts exports `handler`. */
  function: FunctionName;
  scope: Scope | 'none';
  /** Pages of the shop call it, from an origin of their own; all else is of servers, or of the dashboard's own origin. */
  pages?: true;
}

export const FUNCTIONS = [
  'ingest',
  'sources',
  'timing',
  'actions',
  'profile',
  'audiences',
  'bands',
  'events',
  'webhooks',
  'overview',
  'demand',
  'quality',
  'keys',
  'regulations',
  'health',
  'openapi',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Segment's calls, and the short names that its browser client sends to. */
const tracking = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 't', 'i', 'p', 's', 'g', 'a', 'b'];

/** What the shop says of its events. */
const ingestSettings = ['event-types', 'catalog', 'traffic'];

export const ROUTES: readonly Route[] = [
  ...tracking.map(
    (call): Route => ({ method: 'POST', path: `/v1/${call}`, function: 'ingest', scope: 'write', pages: true }),
  ),
  { method: 'POST', path: '/v1/import', function: 'ingest', scope: 'write' },
  { method: 'POST', path: '/mp/collect', function: 'ingest', scope: 'write' },
  { method: 'POST', path: '/debug/mp/collect', function: 'ingest', scope: 'write' },
  // The signature of the body is checked instead of a key.
  { method: 'POST', path: '/v1/shopify/{source}', function: 'ingest', scope: 'none' },
  { method: 'GET', path: '/v1/projects/{key}/settings', function: 'ingest', scope: 'write', pages: true },
  { method: 'GET', path: '/v1/sources', function: 'sources', scope: 'read' },
  { method: 'GET', path: '/v1/sources/rejects', function: 'sources', scope: 'read' },
  { method: 'PUT', path: '/v1/sources/{source}', function: 'sources', scope: 'admin' },
  ...ingestSettings.flatMap((name): Route[] => [
    { method: 'GET', path: `/v1/${name}`, function: 'sources', scope: 'read' },
    { method: 'PUT', path: `/v1/${name}`, function: 'sources', scope: 'admin' },
  ]),
  { method: 'GET', path: '/v1/users/{userId}/timing', function: 'timing', scope: 'read' },
  { method: 'GET', path: '/v1/users/{userId}/actions', function: 'actions', scope: 'read' },
  { method: 'GET', path: '/v1/users/{userId}/profile', function: 'profile', scope: 'read' },
  { method: 'GET', path: '/v1/audiences', function: 'audiences', scope: 'read' },
  { method: 'POST', path: '/v1/audiences', function: 'audiences', scope: 'admin' },
  { method: 'POST', path: '/v1/audiences/count', function: 'audiences', scope: 'read' },
  { method: 'GET', path: '/v1/audiences/{name}', function: 'audiences', scope: 'read' },
  { method: 'DELETE', path: '/v1/audiences/{name}', function: 'audiences', scope: 'admin' },
  { method: 'GET', path: '/v1/audiences/{name}/lift', function: 'audiences', scope: 'read' },
  { method: 'GET', path: '/v1/bands', function: 'bands', scope: 'read' },
  { method: 'PUT', path: '/v1/bands', function: 'bands', scope: 'admin' },
  { method: 'GET', path: '/v1/events', function: 'events', scope: 'read' },
  { method: 'GET', path: '/v1/webhooks', function: 'webhooks', scope: 'admin' },
  { method: 'POST', path: '/v1/webhooks', function: 'webhooks', scope: 'admin' },
  { method: 'DELETE', path: '/v1/webhooks/{id}', function: 'webhooks', scope: 'admin' },
  { method: 'GET', path: '/v1/webhooks/{id}/deliveries', function: 'webhooks', scope: 'admin' },
  { method: 'POST', path: '/v1/webhooks/{id}/replay', function: 'webhooks', scope: 'admin' },
  { method: 'GET', path: '/v1/overview', function: 'overview', scope: 'read' },
  { method: 'GET', path: '/v1/demand', function: 'demand', scope: 'read' },
  { method: 'GET', path: '/v1/quality', function: 'quality', scope: 'read' },
  { method: 'GET', path: '/v1/keys', function: 'keys', scope: 'admin' },
  { method: 'POST', path: '/v1/keys', function: 'keys', scope: 'admin' },
  { method: 'DELETE', path: '/v1/keys/{id}', function: 'keys', scope: 'admin' },
  { method: 'POST', path: '/v1/keys/{id}/rotate', function: 'keys', scope: 'admin' },
  { method: 'POST', path: '/v1/regulations', function: 'regulations', scope: 'admin' },
  { method: 'GET', path: '/v1/regulations/{id}', function: 'regulations', scope: 'admin' },
  { method: 'GET', path: '/health', function: 'health', scope: 'none' },
  { method: 'GET', path: '/v1/openapi.json', function: 'openapi', scope: 'none' },
  { method: 'GET', path: '/docs', function: 'openapi', scope: 'none' },
];

/** Pages of any shop may send: what protects is the key, which is never a cookie. For routes with `pages` alone. */
export const CORS = {
  origins: ['*'],
  methods: ['GET', 'POST', 'OPTIONS'],
  headers: ['authorization', 'content-type', 'x-retry-count'],
  maxAgeSeconds: 3600,
} as const;
