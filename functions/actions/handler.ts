/** `GET /v1/users/{userId}/actions`: a user's actions, newest first. */
import { compareActions } from '../../core/actions/action.ts';
import type { ActionStore, StoredActionDetail } from '../../core/ports/actions.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { cursorOf, toCursor } from '../http/paging.ts';
import { resolveUser } from '../http/user.ts';
import { parseQuery } from '../http/validate.ts';
import { type ActionsReply, actionsQuery, type ListedAction } from './contract.ts';

export interface ActionsDependencies extends ApiDependencies {
  actions: Pick<ActionStore, 'read'>;
  users: Pick<UserStore, 'get'>;
  pseudonyms: Pseudonyms;
}

export function createHandler(deps: ActionsDependencies): HttpHandler {
  return api(deps, {}, (request) => listActions(deps, request));
}

async function listActions(deps: ActionsDependencies, request: ApiRequest): Promise<ApiReply> {
  const user = resolveUser(deps, request.path.userId);
  const { limit } = parseQuery(request, actionsQuery);
  const cursor = cursorOf(request.query, ['number', 'string', 'string']);
  const oldestFirst = await deps.actions.read(user);
  if (oldestFirst.length === 0 && !(await deps.users.get(user))) {
    throw new Problem(404, 'unknown-user', 'no action of this user is known');
  }
  let end = oldestFirst.length;
  if (cursor) {
    const [at, word, id] = cursor;
    // New actions may have come since: the page goes on behind the last action shown, not at a number.
    end = oldestFirst.findIndex((action) => compareActions(action, { at, word, id }) >= 0);
    if (end < 0) end = oldestFirst.length;
  }
  const start = Math.max(0, end - limit);
  const last = oldestFirst[start];
  const reply: ActionsReply = {
    actions: oldestFirst.slice(start, end).reverse().map(listed),
    next: start > 0 && last ? toCursor([last.at, last.word, last.id]) : null,
  };
  return { status: 200, body: reply };
}

function listed({ word, at, id, source, request, value, quantity }: StoredActionDetail): ListedAction {
  return {
    word,
    at: new Date(at).toISOString(),
    id,
    source: source ?? null,
    request: request ?? null,
    ...(value !== undefined && { value }),
    ...(quantity !== undefined && { quantity }),
  };
}
