/** `/v1/webhooks`: who is told of window events, and what came of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { isPrivate } from '../../adapters/webhook-sender.ts';
import { type Delivery, replayed } from '../../core/events/delivery.ts';
import type { Outbox, Position } from '../../core/events/ports.ts';
import { EVENT_TYPES } from '../../core/events/window-event.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Pseudonyms } from '../../core/ports/users.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { cursorOf, toCursor } from '../http/paging.ts';
import { parseBody, parseQuery } from '../http/validate.ts';
import {
  type CreatedWebhook,
  type DeliveriesReply,
  deliveriesQuery,
  replayBody,
  type Webhook,
  webhookBody,
} from './contract.ts';
import { getWebhook, type KeptWebhook, listWebhooks, putWebhook, removeWebhook } from './kept.ts';

export interface WebhookDependencies extends ApiDependencies {
  settings: SettingStore;
  outbox: Outbox;
  pseudonyms: Pseudonyms;
  /** http://127.0.0.1 may be told, too. */
  environment: { WEBHOOK_ALLOW_LOCAL: boolean };
}

const MOST = 20;
const REPLAYED_AT_ONCE = 200;

const ANSWERS: Record<string, (deps: WebhookDependencies, request: ApiRequest) => Promise<ApiReply>> = {
  'GET /v1/webhooks': async ({ settings }) => ({
    status: 200,
    body: { webhooks: (await listWebhooks(settings)).map(shown) },
  }),
  'POST /v1/webhooks': create,
  'DELETE /v1/webhooks/{id}': async (deps, request) => {
    const { id } = await known(deps, request);
    await removeWebhook(deps.settings, id);
    return { status: 204 };
  },
  'GET /v1/webhooks/{id}/deliveries': deliveries,
  'POST /v1/webhooks/{id}/replay': replay,
};

export function createHandler(deps: WebhookDependencies): HttpHandler {
  return api(deps, {}, (request) => ANSWERS[request.routeKey]!(deps, request));
}

async function create(deps: WebhookDependencies, request: ApiRequest): Promise<ApiReply> {
  const { url, kind = 'webhook', events, ids, writeKey } = parseBody(request, webhookBody);
  checkUrl(url, deps.environment.WEBHOOK_ALLOW_LOCAL);
  const isSegment = kind === 'segment';
  if (isSegment !== (writeKey !== undefined))
    throw fault('writeKey', isSegment ? 'is needed for a destination of kind segment' : 'belongs to kind segment only');
  if ((await listWebhooks(deps.settings)).length >= MOST)
    throw new Problem(400, 'too-many', `a shop has at most ${MOST} webhooks; delete one`);
  const secret = writeKey ?? `whsec_${randomBytes(32).toString('base64')}`;
  const webhook: KeptWebhook = {
    id: randomUUID(),
    url,
    kind,
    events: events ?? (isSegment ? ['buying_window.opened'] : [...EVENT_TYPES]),
    ids: isSegment || (ids ?? false),
    createdAt: new Date(deps.clock()).toISOString(),
    secret: Buffer.from(deps.pseudonyms.encrypt(secret)).toString('base64'),
  };
  await putWebhook(deps.settings, webhook);
  const reply: CreatedWebhook = { ...shown(webhook), ...(!isSegment && { secret }) };
  return { status: 201, body: reply };
}

/** What can be said before a connection is made; the rest is said when one is. */
function checkUrl(text: string, allowLocal: boolean): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = allowLocal && url?.hostname === '127.0.0.1';
  if (!url || !(url.protocol === 'https:' || (local && url.protocol === 'http:')))
    throw fault('url', 'must be an https address');
  if (url.username || url.password) throw fault('url', 'must not hold a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if ((isIP(host) && isPrivate(host) && !local) || /(^|\.)localhost\.?$/.test(host))
    throw fault('url', 'must not be an address of a private network');
}

async function deliveries(deps: WebhookDependencies, request: ApiRequest): Promise<ApiReply> {
  const { id } = await known(deps, request);
  const { state, limit } = parseQuery(request, deliveriesQuery);
  const from = cursorOf(request.query, ['string', 'string', 'string']) as Position | undefined;
  const page = await deps.outbox.deliveries(id, state, limit, from);
  const reply: DeliveriesReply = {
    deliveries: page.items.map(listed),
    next: page.next ? toCursor(page.next) : null,
  };
  return { status: 200, body: reply };
}

async function replay(deps: WebhookDependencies, request: ApiRequest): Promise<ApiReply> {
  const { id } = await known(deps, request);
  const { event } = parseBody(request, replayBody);
  const again = async (found: readonly Delivery[]) => {
    for (const delivery of found) await deps.outbox.settle(replayed(delivery, deps.clock()));
    return found.length;
  };
  if (event !== undefined) {
    const found = await deps.outbox.find(id, event);
    return { status: 200, body: { replayed: await again(found ? [found] : []) } };
  }
  let count = 0;
  for (;;) {
    const { items } = await deps.outbox.deliveries(id, 'dead', REPLAYED_AT_ONCE);
    if (items.length === 0) return { status: 200, body: { replayed: count } };
    count += await again(items);
  }
}

async function known({ settings }: WebhookDependencies, { path }: ApiRequest): Promise<KeptWebhook> {
  const webhook = await getWebhook(settings, path.id ?? '');
  if (!webhook)
    throw new Problem(404, 'unknown-webhook', 'there is no webhook of this id; GET /v1/webhooks lists them');
  return webhook;
}

function shown({ secret: _, ...webhook }: KeptWebhook): Webhook {
  return webhook;
}

function listed({ event, type, user, state, attempts, outcome, since, triedAt, nextAt }: Delivery) {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    event,
    type,
    user,
    state,
    attempts,
    outcome,
    at: new Date(since).toISOString(),
    triedAt: iso(triedAt),
    nextAt: iso(nextAt),
  };
}

function fault(name: string, detail: string): Problem {
  return new Problem(400, `bad-${name}`, `${name} ${detail}`, { errors: [{ pointer: `#/${name}`, detail }] });
}
