import type { ApiReply } from './api.ts';

/** An expected failure, answered as RFC 9457 `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  /** `unknown-user`: the last part of the problem type's URI. */
  readonly type: string;
  readonly detail: string;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    type: string,
    detail: string,
    extra: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.type = type;
    this.detail = detail;
    this.extra = extra;
    this.headers = headers;
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

/** The same failure as Segment's tracking API tells it, which knows 400 for every body that can't be taken. */
export function trackingReply(problem: Problem): ApiReply {
  return {
    status: problem.status === 413 ? 400 : problem.status,
    headers: problem.headers,
    body: { success: false, code: problem.type, message: problem.detail },
  };
}
