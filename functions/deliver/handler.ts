/** Every few minutes: new events go to the bus, and to each webhook until it has taken them. */
import { afterAttempt, type Delivery, newDelivery } from '../../core/events/delivery.ts';
import type { EventBus, Outbox, Sender } from '../../core/events/ports.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Clock, Log } from '../../core/ports/surroundings.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import { concurrently } from '../concurrently.ts';
import { type KeptWebhook, listWebhooks } from '../webhooks/kept.ts';
import { segmentMessage, signedMessage } from '../webhooks/message.ts';

export interface DeliverDependencies {
  clock: Clock;
  log: Log;
  outbox: Outbox;
  bus: EventBus;
  sender: Sender;
  settings: SettingStore;
  users: Pick<UserStore, 'idsOf'>;
  pseudonyms: Pseudonyms;
}

export interface DeliverReply {
  published: number;
  delivered: number;
  failed: number;
}

const AT_ONCE = 8;
/** A delivery being tried is nobody else's for so long: longer than a call may take. */
const CLAIM_MS = 5 * 60_000;
/** No further look is begun after so long; the next call goes on. */
const WORK_MS = 3 * 60_000;

export function createHandler(deps: DeliverDependencies): () => Promise<DeliverReply> {
  return async () => {
    const until = deps.clock() + WORK_MS;
    const webhooks = await listWebhooks(deps.settings);
    const reply: DeliverReply = { published: 0, delivered: 0, failed: 0 };
    for (let more = true; more && deps.clock() < until; ) {
      const found = await publishNew(deps, webhooks);
      reply.published += found;
      more = found > 0;
    }
    // Each apart: one that hangs keeps no other waiting.
    await Promise.all(webhooks.map((webhook) => sendDue(deps, webhook, until, reply)));
    if (reply.published + reply.delivered + reply.failed > 0) deps.log.info('window events told', { ...reply });
    return reply;
  };
}

/** An event is marked only when the bus has it and its deliveries are planned: cut off before, it is done again. */
async function publishNew(deps: DeliverDependencies, webhooks: readonly KeptWebhook[]): Promise<number> {
  const { outbox, bus, clock } = deps;
  const events = await outbox.unpublished();
  if (events.length === 0) return 0;
  await bus.publish(events);
  await concurrently(events, AT_ONCE, async (event) => {
    for (const { id: webhook, events: types } of webhooks) {
      const { user, id, type } = event;
      if (types.includes(type)) await outbox.plan(newDelivery({ user, event: id, webhook, type }, clock()));
    }
    await outbox.markPublished(event);
  });
  return events.length;
}

async function sendDue(
  deps: DeliverDependencies,
  webhook: KeptWebhook,
  until: number,
  reply: DeliverReply,
): Promise<void> {
  const { outbox, clock } = deps;
  const secret = deps.pseudonyms.decrypt(new Uint8Array(Buffer.from(webhook.secret, 'base64')));
  for (;;) {
    const due = clock() < until ? await outbox.due(webhook.id, clock()) : [];
    if (due.length === 0) return;
    const ids = await deps.users.idsOf(due.map(({ user }) => user));
    let claimed = 0;
    await concurrently(due, AT_ONCE, async (delivery) => {
      if (!(await outbox.claim(delivery, clock() + CLAIM_MS))) return;
      claimed++;
      const encrypted = ids.get(delivery.user);
      const result = await send(deps, webhook, secret, delivery, encrypted && deps.pseudonyms.decrypt(encrypted));
      const after = afterAttempt(delivery, result, clock(), Math.random());
      await outbox.settle(after);
      if (after.state === 'delivered') reply.delivered++;
      else reply.failed++;
      if (after.state === 'dead')
        deps.log.warn('a webhook did not take an event', { webhook: webhook.id, outcome: after.outcome });
    });
    if (claimed === 0) return;
  }
}

async function send(
  deps: DeliverDependencies,
  webhook: KeptWebhook,
  secret: string,
  delivery: Delivery,
  userId: string | undefined,
) {
  const event = await deps.outbox.get(delivery.user, delivery.event);
  // An erased or merged user is told of to nobody.
  if (!event || (userId === undefined && webhook.ids)) return { taken: false, outcome: 'unknown-user' };
  const message =
    webhook.kind === 'segment'
      ? segmentMessage(event, { secret, userId: userId! })
      : signedMessage(event, { secret, userId: webhook.ids ? userId : undefined, now: deps.clock() });
  return deps.sender.post(webhook.url, message.headers, message.body);
}
