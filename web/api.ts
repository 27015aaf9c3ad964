/** The read API as the dashboard uses it. The key goes into a header only; a raw user id into a request path only. */

import type { Band } from '../core/scores.ts';
import type { ActionsReply } from '../functions/actions/handler.ts';
import type { AudienceReply } from '../functions/audiences/handler.ts';
import type { OverviewReply } from '../functions/overview/reply.ts';
import type { TimingReply } from '../functions/timing/reply.ts';

/** Members of a problem besides the standard ones. */
export interface ProblemMembers {
  /** With `not-scored`: when the next run begins, ISO 8601. */
  nextRun?: string;
  /** With `not-scored`: the pseudonym of the user asked for. */
  user?: string;
}

/** A failure the reader can do something about. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Last part of the problem type, such as `not-scored`. */
  readonly type: string;
  /** What is told with some types. */
  readonly told: ProblemMembers;

  constructor(status: number, type: string, detail: string, told: ProblemMembers = {}) {
    super(detail);
    this.status = status;
    this.type = type;
    this.told = told;
    this.name = 'ApiProblem';
  }
}

/** A user in a request path: `~` and the pseudonym, or the shop's own id. */
export type UserRef = { pseudonym: string } | { shopId: string };

export interface Api {
  overview(day?: string): Promise<OverviewReply>;
  audience(band: Band, page: { day?: string; cursor?: string; limit: number }): Promise<AudienceReply>;
  /** `curves` come only with the latest score. */
  timing(user: UserRef, ask?: { day?: string; curves?: boolean }): Promise<TimingReply>;
  actions(user: UserRef, page: { cursor?: string; limit: number }): Promise<ActionsReply>;
}

/** Every call rejects with ApiProblem. */
export function createApi(key: string, request: typeof fetch = (...args) => fetch(...args)): Api {
  async function get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const url = search.size > 0 ? `${path}?${search}` : path;
    let reply: Response;
    try {
      reply = await request(url, { headers: { authorization: `Bearer ${key}`, accept: 'application/json' } });
    } catch {
      throw new ApiProblem(0, 'no-answer', 'Buy Timing did not answer.');
    }
    const body: unknown = await reply.json().catch(() => undefined);
    if (!reply.ok) throw problemOf(reply.status, body);
    return body as T;
  }
  return {
    overview: (day) => get('/v1/overview', { day }),
    audience: (band, page) => get(`/v1/audiences/${band}`, { ...page }),
    timing: async (user, ask) =>
      get(`${userPath(user)}/timing`, { day: ask?.day, curves: ask?.curves ? 'true' : undefined }),
    actions: async (user, page) => get(`${userPath(user)}/actions`, { ...page }),
  };
}

function userPath(user: UserRef): string {
  if ('pseudonym' in user) return `/v1/users/~${user.pseudonym}`;
  // A browser reads these as steps in the path, percent-encoded or not.
  if (user.shopId === '.' || user.shopId === '..') {
    throw new ApiProblem(400, 'bad-user-id', `The id ${user.shopId} cannot be part of an address; use the pseudonym.`);
  }
  return `/v1/users/${encodeURIComponent(user.shopId.toWellFormed())}`;
}

function problemOf(status: number, body: unknown): ApiProblem {
  const { type, title, detail, ...told } = (body ?? {}) as Record<string, unknown>;
  const name = typeof type === 'string' ? type.slice(type.lastIndexOf(':') + 1) : '';
  const text = [detail, title].find((each) => typeof each === 'string') ?? `The server answered ${status}.`;
  return new ApiProblem(status, name, text as string, told);
}
