/**
 * What every HTTP function shares: key check, request parsing, problem+json. A function is
 * `createHandler(deps) = api(deps, options, async (request) => reply)`.
 */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { ApiKey, KeyStore } from '../../core/ports/keys.ts';
import { StoreBusy } from '../../core/ports/store-busy.ts';
import type { Clock, Log } from '../../core/ports/surroundings.ts';
import { ROUTES } from '../routes.ts';
import { checkKey, keyOf } from './access.ts';
import { Problem, problemReply } from './problem.ts';
import { toRequest } from './request.ts';

export { scopeAllows } from './access.ts';
export { Problem, problemReply } from './problem.ts';

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context?: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export interface ApiRequest {
  event: APIGatewayProxyEventV2;
  /** `POST /v1/batch`, as API Gateway's route key. */
  routeKey: string;
  /** Path parameters, percent-decoded. */
  path: Record<string, string>;
  query: Record<string, string>;
  /** Header names in lower case. */
  headers: Record<string, string>;
  /** The raw body, base64 and gzip undone. */
  body: Buffer;
  /** The caller's key; undefined only on routes of scope `none`. */
  key: ApiKey | undefined;
  requestId: string;
}

export interface ApiReply {
  status: number;
  headers?: Record<string, string>;
  /** Text, or what is sent as JSON. */
  body?: unknown;
}

export interface ApiDependencies {
  keys: KeyStore;
  clock: Clock;
  log: Log;
}

export interface ApiOptions {
  /** How failures are told on a route; as problem+json (RFC 9457) when absent. */
  tell?: (problem: Problem, routeKey: string) => ApiReply;
  /** Status of an answer while the store is busy: 503 when absent. */
  busyStatus?: 429 | 503;
  /** Learns of each request that failed; without the request where it could not be read. */
  observe?: (problem: Problem, event: APIGatewayProxyEventV2, request: ApiRequest | undefined) => void;
  /** Finds the key of a request whose header has none. */
  keyOf?: (request: ApiRequest) => string | undefined;
  /** Bytes of a body, uncompressed; 500 KB when absent. */
  bodyLimit?: number | ((routeKey: string) => number);
}

export const BODY_LIMIT = 500 * 1024;

/** Wraps a handler of routes: parses the event, checks the key by the route's scope, answers failures. */
export function api(
  deps: ApiDependencies,
  options: ApiOptions,
  handler: (request: ApiRequest) => Promise<ApiReply>,
): HttpHandler {
  const requests = new WeakMap<APIGatewayProxyEventV2, ApiRequest>();
  const stack = middy(async (event: APIGatewayProxyEventV2) => {
    const route = ROUTES.find(({ method, path }) => `${method} ${path}` === event.routeKey);
    if (!route) throw new Problem(404, 'unknown-route', 'there is nothing at this address');
    const { bodyLimit = BODY_LIMIT } = options;
    const request = toRequest(event, typeof bodyLimit === 'number' ? bodyLimit : bodyLimit(event.routeKey));
    requests.set(event, request);
    if (route.scope !== 'none') {
      request.key = await checkKey(deps.keys, keyOf(request, options.keyOf), route.scope);
    }
    return toResult(await handler(request));
  }).onError((state) => {
    const problem = toProblem(state.error, options, deps.log, state.event);
    options.observe?.(problem, state.event, requests.get(state.event));
    state.response = toResult((options.tell ?? problemReply)(problem, state.event.routeKey));
  });
  return (event, context) => stack(event, context ?? ({} as Context));
}

function toResult(reply: ApiReply): APIGatewayProxyStructuredResultV2 {
  const text = typeof reply.body === 'string';
  const headers = {
    ...(reply.body !== undefined && { 'content-type': text ? 'text/plain; charset=utf-8' : 'application/json' }),
    // Answers are about people: no cache on the way keeps one.
    'cache-control': 'no-store',
    ...reply.headers,
  };
  if (reply.body === undefined) return { statusCode: reply.status, headers };
  return { statusCode: reply.status, headers, body: text ? (reply.body as string) : JSON.stringify(reply.body) };
}

function toProblem(error: unknown, options: ApiOptions, log: Log, event: APIGatewayProxyEventV2): Problem {
  if (error instanceof Problem) return error;
  const where = { requestId: event.requestContext?.requestId, route: event.routeKey };
  if (error instanceof StoreBusy) {
    log.warn('the store is busy', where);
    return new Problem(options.busyStatus ?? 503, 'busy', 'try again in a moment', {}, { 'retry-after': '1' });
  }
  log.error('a request failed unexpectedly', { ...where, ...describe(error) });
  return new Problem(500, 'internal', 'this failed for a reason of ours; it was logged with the request id', {
    requestId: where.requestId,
  });
}

/** Name and stack of an error without its message, which may quote what a user sent. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { error: error.name, stack: frames.slice(0, 12), ...(error.cause ? { cause: describe(error.cause) } : {}) };
}
