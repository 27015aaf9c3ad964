/**
 * What every HTTP function shares: key check, request parsing, problem+json. A function is
 * `createHandler(deps) = api(deps, async (request) => reply)`.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiKey, Clock, KeyStore, Log, Scope } from '../../core/ports.ts';

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface ApiRequest {
  event: APIGatewayProxyEventV2;
  /** `POST /v1/batch`, as API Gateway's route key. */
  routeKey: string;
  /** Path parameters, percent-decoded. */
  path: Record<string, string>;
  query: Record<string, string>;
  /** Header names in lower case. */
  headers: Record<string, string>;
  /** The raw body, base64 undone. */
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

/** An expected failure, answered as RFC 9457 `application/problem+json`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** `unknown-user`: the last part of the problem type's URI. */
    readonly type: string,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Payload too large',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Service unavailable',
};

export function problemReply(problem: Problem): ApiReply {
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
    body: {
      type: `urn:buy-timing:problem:${problem.type}`,
      title: TITLES[problem.status] ?? 'Error',
      status: problem.status,
      detail: problem.detail,
      ...problem.extra,
    },
  };
}

/** Whether a key of scope `has` may do what needs `needs`. */
export function scopeAllows(has: Scope, needs: Scope): boolean {
  if (has === 'admin' || has === needs) return true;
  return has === 'read:ids' && needs === 'read';
}
