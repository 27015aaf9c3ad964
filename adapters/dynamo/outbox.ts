/**
 * Window events and their deliveries. An item is an event (`event`: its id) or its delivery to one webhook (`id/webhook`).
 * The index holds them by list: events wait in `new/N` and then lie in `events`; deliveries wait in `waiting/WEBHOOK`
 * and end in `delivered/…` or `dead/…`. What an item says is JSON in `value`.
 */
import { DeleteCommand, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Delivery } from '../../core/events/delivery.ts';
import type { Outbox, Page, Position, RecordedEvent } from '../../core/events/ports.ts';
import { EVENT_TYPES, type WindowEvent } from '../../core/events/window-event.ts';
import { TABLES } from '../../core/tables.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { putIf } from './put-if.ts';
import { queryPages } from './query.ts';

type Item = Record<string, unknown>;

/** New events wait in so many lists, since a night adds many at once and one list takes a thousand a second. */
export const NEW_LISTS = 8;
const WRITES_AT_ONCE = 16;
/** Kept for so long; a delivery that is dead can be replayed until then. */
const KEPT_SECONDS = 90 * 86_400;
const LOOK = 200;

const eventSchema: z.ZodMiniType<RecordedEvent> = z.object({
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  user: z.string(),
  day: z.string(),
  since: z.string(),
  score: z.optional(z.custom<NonNullable<WindowEvent['score']>>()),
  recordedAt: z.number(),
  published: z.boolean(),
}) as z.ZodMiniType<RecordedEvent>;

const deliverySchema: z.ZodMiniType<Delivery> = z.object({
  user: z.string(),
  event: z.string(),
  webhook: z.string(),
  type: z.enum(EVENT_TYPES),
  state: z.enum(['waiting', 'delivered', 'dead']),
  attempts: z.number(),
  outcome: z.nullable(z.string()),
  since: z.number(),
  triedAt: z.nullable(z.number()),
  nextAt: z.nullable(z.number()),
});

export function createOutbox(client: DynamoClient, prefix: string): Outbox {
  const table = `${prefix}Outbox`;
  const { name: index } = TABLES.Outbox.index;

  const read = <T>(schema: z.ZodMiniType<T>, item: Item): T => {
    const fields = fieldsOf(table, `${item.user} ${item.event}`, item);
    const parsed = schema.safeParse(fields.json('value'));
    return parsed.success ? parsed.data : fields.fail('value is not what it should be');
  };
  const itemOf = (event: RecordedEvent) => ({
    user: event.user,
    event: event.id,
    list: event.published ? 'events' : `new/${Number.parseInt(event.id.slice(-4), 16) % NEW_LISTS}`,
    at: `${new Date(event.recordedAt).toISOString()} ${event.id}`,
    value: JSON.stringify(event),
    expires: Math.floor(event.recordedAt / 1000) + KEPT_SECONDS,
  });
  const deliveryItem = (delivery: Delivery) => ({
    user: delivery.user,
    event: `${delivery.event}/${delivery.webhook}`,
    list: `${delivery.state}/${delivery.webhook}`,
    at: dueAt(delivery.nextAt ?? delivery.triedAt ?? delivery.since, delivery.event),
    value: JSON.stringify(delivery),
    expires: Math.floor(delivery.since / 1000) + KEPT_SECONDS,
  });

  const look = async (list: string, more: Partial<QueryCommandInput>): Promise<{ items: Item[]; more: boolean }> => {
    const { values, ...rest } = { values: more.ExpressionAttributeValues, ...more };
    const query = new QueryCommand({
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#list = :list',
      ...rest,
      ExpressionAttributeNames: { '#list': 'list', ...(more.KeyConditionExpression && { '#at': 'at' }) },
      ExpressionAttributeValues: { ':list': list, ...values },
    });
    const { Items: items = [], LastEvaluatedKey: last } = await orBusy(client.send(query));
    return { items, more: last !== undefined };
  };

  const page = async <T>(
    list: string,
    schema: z.ZodMiniType<T>,
    options: { limit: number; newestFirst: boolean; from?: Position | undefined },
  ): Promise<Page<T>> => {
    const { limit, newestFirst, from } = options;
    const { items, more } = await look(list, {
      Limit: limit,
      ScanIndexForward: !newestFirst,
      ...(from && { ExclusiveStartKey: { list, at: from[0], user: from[1], event: from[2] } }),
    });
    const last = items.at(-1);
    return {
      items: items.map((item) => read(schema, item)),
      next: more && last ? [String(last.at), String(last.user), String(last.event)] : undefined,
    };
  };

  return {
    async record(events, now) {
      let added = 0;
      const waiting = events.toReversed();
      const work = async () => {
        for (let event = waiting.pop(); event; event = waiting.pop()) {
          const item = itemOf({ ...event, recordedAt: now, published: false });
          if (await putIf(client, table, item, 'attribute_not_exists(#event)', { '#event': 'event' })) added++;
        }
      };
      await Promise.all(Array.from({ length: WRITES_AT_ONCE }, work));
      return added;
    },

    async unpublished() {
      const looks = await Promise.all(
        Array.from({ length: NEW_LISTS }, (_, list) => look(`new/${list}`, { Limit: LOOK })),
      );
      return looks.flatMap(({ items }) => items.map((item) => read(eventSchema, item)));
    },

    async markPublished(event) {
      // Not when it is gone: an erased user must not come back as an event.
      const item = itemOf({ ...event, published: true });
      await putIf(client, table, item, 'attribute_exists(#event)', { '#event': 'event' });
    },

    async get(user, event) {
      const get = new GetCommand({ TableName: table, Key: { user, event } });
      const { Item: item } = await orBusy(client.send(get));
      return item && read(eventSchema, item);
    },

    events: (limit, from) => page('events', eventSchema, { limit, newestFirst: true, from }),

    async plan(delivery) {
      const item = deliveryItem(delivery);
      await putIf(client, table, item, 'attribute_not_exists(#event)', { '#event': 'event' });
    },

    async due(webhook, now) {
      const { items } = await look(`waiting/${webhook}`, {
        KeyConditionExpression: '#list = :list AND #at < :at',
        ExpressionAttributeValues: { ':at': dueAt(now + 1, '') },
        Limit: LOOK,
      });
      return items.map((item) => read(deliverySchema, item));
    },

    claim(delivery, until) {
      const item = { ...deliveryItem({ ...delivery, nextAt: until }) };
      const before = deliveryItem(delivery);
      return putIf(
        client,
        table,
        item,
        '#at = :at AND #list = :list',
        { '#at': 'at', '#list': 'list' },
        {
          ':at': before.at,
          ':list': before.list,
        },
      );
    },

    async settle(delivery) {
      const item = deliveryItem(delivery);
      await putIf(client, table, item, 'attribute_exists(#event)', { '#event': 'event' });
    },

    deliveries: (webhook, state, limit, from) =>
      page(`${state}/${webhook}`, deliverySchema, { limit, newestFirst: state !== 'waiting', from }),

    async find(webhook, event) {
      for (const state of ['dead', 'waiting', 'delivered']) {
        const pages = queryPages(client, {
          TableName: table,
          IndexName: index,
          KeyConditionExpression: '#list = :list',
          FilterExpression: '#event = :event',
          ExpressionAttributeNames: { '#list': 'list', '#event': 'event' },
          ExpressionAttributeValues: { ':list': `${state}/${webhook}`, ':event': `${event}/${webhook}` },
        });
        for await (const [item] of pages) if (item) return read(deliverySchema, item);
      }
      return undefined;
    },

    async forget(user) {
      let removed = 0;
      const pages = queryPages(client, {
        TableName: table,
        KeyConditionExpression: '#user = :user',
        ExpressionAttributeNames: { '#user': 'user' },
        ExpressionAttributeValues: { ':user': user },
        ConsistentRead: true,
      });
      for await (const items of pages) {
        for (const { event } of items) {
          await orBusy(client.send(new DeleteCommand({ TableName: table, Key: { user, event } })));
          removed++;
        }
      }
      return removed;
    },
  };
}

/** Sorts by time; the event's id tells equal times apart. */
function dueAt(at: number, event: string): string {
  return `${new Date(at).toISOString()} ${event}`;
}
