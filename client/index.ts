/**
 * A typed client of the HTTP API, for browsers and Node, without dependencies:
 * `createClient({ url, key }).call('GET /v1/users/{userId}/timing', { path: { userId: 'u1' } })`.
 */
import type { Operations } from './operations.ts';

export type * from './operations.ts';

export type Input<Name extends keyof Operations> = Omit<Operations[Name], 'reply'>;
export type Reply<Name extends keyof Operations> = Operations[Name]['reply'];

/** The input may be left out where nothing of it is needed. */
type Arguments<Name extends keyof Operations> =
  Record<never, never> extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>];

export interface ClientOptions {
  /** Where the system is, such as `http://127.0.0.1:8787`; empty for the page's own host. */
  url: string;
  /** Sent as a header only. */
  key?: string;
  fetch?: typeof fetch;
}

export interface Client {
  /** The reply's body. @throws ApiFailure for every other answer, and for none */
  call<Name extends keyof Operations>(name: Name, ...input: Arguments<Name>): Promise<Reply<Name>>;
  /** The answer as it comes: for downloads. @throws ApiFailure as `call` does */
  request<Name extends keyof Operations>(name: Name, input: Input<Name>, accept?: string): Promise<Response>;
}

/** An answer other than success, as its problem+json tells it. */
export class ApiFailure extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Last part of the problem type, such as `not-scored`. */
  readonly type: string;
  /** All that the answer told. */
  readonly told: Readonly<Record<string, unknown>>;

  constructor(status: number, type: string, detail: string, told: Record<string, unknown> = {}) {
    super(detail);
    this.name = 'ApiFailure';
    this.status = status;
    this.type = type;
    this.told = told;
  }
}

export function createClient({ url, key, fetch: ask = (...args) => fetch(...args) }: ClientOptions): Client {
  const request: Client['request'] = async (name, input, accept = 'application/json') => {
    const { path = {}, query = {}, body } = input as { path?: Values; query?: Values; body?: unknown };
    const [method, template] = name.split(' ') as [string, string];
    const headers = {
      accept,
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    let answer: Response;
    try {
      answer = await ask(`${url}${fill(template, path)}${searchOf(query)}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (error instanceof ApiFailure) throw error;
      throw new ApiFailure(0, 'no-answer', 'Buy Timing did not answer.');
    }
    if (!answer.ok) throw failureOf(answer.status, await answer.json().catch(() => undefined));
    return answer;
  };
  return {
    request,
    async call(name, ...[input]) {
      const answer = await request(name, (input ?? {}) as Input<typeof name>);
      const text = await answer.text();
      const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
      return (isJson && text ? JSON.parse(text) : text || undefined) as Reply<typeof name>;
    },
  };
}

type Values = Record<string, string | number | boolean | undefined>;

function fill(template: string, path: Values): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(path[name] ?? '');
    // Steps in a path, percent-encoded or not.
    if (value === '' || value === '.' || value === '..') {
      throw new ApiFailure(400, `bad-${kebab(name)}`, `"${value}" cannot be part of an address.`);
    }
    return encodeURIComponent(value.toWellFormed());
  });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function searchOf(query: Values): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `?${search}` : '';
}

function failureOf(status: number, body: unknown): ApiFailure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const { type, title, detail, code, message } = problem;
  const name = typeof type === 'string' ? type.slice(type.lastIndexOf(':') + 1) : typeof code === 'string' ? code : '';
  const text = [detail, message, title].find((each) => typeof each === 'string') ?? `The server answered ${status}.`;
  return new ApiFailure(status, name, text as string, problem);
}
