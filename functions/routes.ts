/** Every HTTP route, declared once: the CDK stack and the local server are both made from this list. */
import type { Scope } from '../core/ports.ts';

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** API Gateway form: `/v1/users/{userId}/timing`. */
  path: string;
  /** Folder under functions/ whose index.ts exports `handler`. */
  function: FunctionName;
  scope: Scope | 'none';
}

export const FUNCTIONS = ['ingest', 'timing', 'actions', 'audiences', 'overview', 'health', 'openapi'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const tracking = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch'] as const;

export const ROUTES: readonly Route[] = [
  ...tracking.map((call): Route => ({ method: 'POST', path: `/v1/${call}`, function: 'ingest', scope: 'write' })),
  { method: 'GET', path: '/v1/users/{userId}/timing', function: 'timing', scope: 'read' },
  { method: 'GET', path: '/v1/users/{userId}/actions', function: 'actions', scope: 'read' },
  { method: 'GET', path: '/v1/audiences/{name}', function: 'audiences', scope: 'read' },
  { method: 'GET', path: '/v1/overview', function: 'overview', scope: 'read' },
  { method: 'GET', path: '/health', function: 'health', scope: 'none' },
  { method: 'GET', path: '/v1/openapi.json', function: 'openapi', scope: 'none' },
  { method: 'GET', path: '/docs', function: 'openapi', scope: 'none' },
];

/** Browsers of any shop may send and read: what protects is the key, which is never a cookie. */
export const CORS = {
  origins: ['*'],
  methods: ['GET', 'POST', 'OPTIONS'],
  headers: ['authorization', 'content-type', 'x-retry-count'],
  maxAgeSeconds: 3600,
} as const;
