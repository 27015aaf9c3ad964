/** Users: first and last day of action, the latest forecast, the shop's id encrypted. */
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  GetCommand,
} from '@aws-sdk/lib-dynamodb';
import { MAX_LINKED } from '../../core/identity/merge.ts';
import { StoreBusy } from '../../core/ports/store-busy.ts';
import type { UserRecord, UserStore } from '../../core/ports/users.ts';
import { packFacts } from '../../core/profiles/facts.ts';
import { TABLES } from '../../core/tables.ts';
import type { Day } from '../../core/time.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { DamagedItem, pauseBefore } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { queryPages } from './query.ts';
import { updateIf } from './update.ts';
import { hasActed, shardOf, toRecord } from './user-rows.ts';

type Item = Record<string, unknown>;

interface Span {
  first: Day;
  last: Day;
}

interface Known {
  /** The user that this one was merged into. */
  mergedInto?: string;
  /** Days of the actions. */
  span?: Span;
  originDay?: Day | undefined;
}

const BATCH = 100;
const BATCH_ATTEMPTS = 8;
/** A touch starts again when another one came between its read and its write. */
const TOUCH_ATTEMPTS = 10;

export function createUserStore(client: DynamoClient, prefix: string): UserStore {
  const table = `${prefix}Users`;

  const getBatch = async (users: string[], projection?: string): Promise<Item[]> => {
    const items: Item[] = [];
    let left: BatchGetCommandInput['RequestItems'] = {
      [table]: {
        Keys: users.map((user) => ({ user })),
        ...(projection && { ProjectionExpression: projection, ExpressionAttributeNames: { '#user': 'user' } }),
      },
    };
    for (let attempt = 1; attempt <= BATCH_ATTEMPTS; attempt++) {
      const reply: BatchGetCommandOutput = await orBusy(client.send(new BatchGetCommand({ RequestItems: left })));
      items.push(...(reply.Responses?.[table] ?? []));
      left = reply.UnprocessedKeys;
      if (!left?.[table]?.Keys?.length) return items;
      await pauseBefore(attempt);
    }
    throw new StoreBusy();
  };

  /**
   * What a touch needs to know of the user. The first look may be a moment old, for half the price.
   * @returns undefined without a row; nothing known where no action came yet
   */
  const look = async (user: string, consistent: boolean): Promise<Known | undefined> => {
    const get = new GetCommand({
      TableName: table,
      Key: { user },
      ProjectionExpression: 'mergedInto, firstActionDay, lastActionDay, originDay',
      ConsistentRead: consistent,
    });
    const { Item: item } = await orBusy(client.send(get));
    if (!item) return undefined;
    const fields = fieldsOf(table, user, item);
    if (fields.has('mergedInto')) return { mergedInto: fields.text('mergedInto') };
    if (!fields.has('firstActionDay')) return {};
    const span = { first: fields.day('firstActionDay'), last: fields.day('lastActionDay') };
    return { span, originDay: fields.has('originDay') ? fields.day('originDay') : undefined };
  };

  /** A row may be there already, of a link or a consent that came before the first action. */
  const create = (user: string, encryptedId: Uint8Array, first: Day, last: Day): Promise<boolean> =>
    updateIf(client, {
      TableName: table,
      Key: { user },
      UpdateExpression:
        'SET #shard = :shard, firstActionDay = :first, lastActionDay = :last, ' +
        'encryptedId = if_not_exists(encryptedId, :id), revision = if_not_exists(revision, :none)',
      ConditionExpression: 'attribute_not_exists(firstActionDay) AND attribute_not_exists(mergedInto)',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: {
        ':shard': shardOf(user),
        ':first': first,
        ':last': last,
        ':id': encryptedId,
        ':none': 0,
      },
    });

  /** @returns false when the row changed since it was read */
  const widen = async (user: string, known: Span, originDay: Day | undefined, touch: Span & { today: Day }) => {
    const { first, last, today } = touch;
    const late = first < most(today, originDay ?? today);
    const widened = { first: least(known.first, first), last: most(known.last, last) };
    if (!late && widened.first === known.first && widened.last === known.last) return true;
    // Only if the days are still those that were read: so two touches at once never narrow each other's span.
    return updateIf(client, {
      TableName: table,
      Key: { user },
      UpdateExpression: `SET firstActionDay = :first, lastActionDay = :last${late ? ' ADD revision :one' : ''}`,
      ConditionExpression:
        'firstActionDay = :knownFirst AND lastActionDay = :knownLast AND attribute_not_exists(mergedInto)',
      ExpressionAttributeValues: {
        ':first': widened.first,
        ':last': widened.last,
        ':knownFirst': known.first,
        ':knownLast': known.last,
        ...(late && { ':one': 1 }),
      },
    });
  };

  /** The row of a user after every merge; undefined when there is none. */
  const follow = async (user: string): Promise<Item | undefined> => {
    for (let at = user, hops = 0; hops <= MAX_LINKED; hops++) {
      const { Item: item } = await orBusy(client.send(new GetCommand({ TableName: table, Key: { user: at } })));
      if (item?.mergedInto === undefined) return item;
      at = fieldsOf(table, at, item).text('mergedInto');
    }
    throw new DamagedItem(table, user, 'mergedInto leads round in a circle');
  };

  return {
    async get(user) {
      const item = await follow(user);
      return item && hasActed(item) ? toRecord(table, item) : undefined;
    },

    async getMany(users) {
      const distinct = [...new Set(users)];
      const records: UserRecord[] = [];
      for (let start = 0; start < distinct.length; start += BATCH) {
        const items = await getBatch(distinct.slice(start, start + BATCH));
        for (const item of items) if (hasActed(item)) records.push(toRecord(table, item));
      }
      return records;
    },

    async idsOf(users) {
      const distinct = [...new Set(users)];
      const ids = new Map<string, Uint8Array>();
      for (let start = 0; start < distinct.length; start += BATCH) {
        for (const item of await getBatch(distinct.slice(start, start + BATCH), '#user, encryptedId')) {
          // A user merged into another one since has none.
          if (item.encryptedId === undefined) continue;
          const fields = fieldsOf(table, String(item.user), item);
          ids.set(fields.text('user'), fields.bytes('encryptedId'));
        }
      }
      return ids;
    },

    async touch({ user: given, encryptedId, first, last, today }) {
      let user = given;
      for (let attempt = 1, hops = 0; attempt <= TOUCH_ATTEMPTS; ) {
        const known = await look(user, attempt > 1);
        if (known?.mergedInto !== undefined) {
          user = known.mergedInto;
          if (hops++ > MAX_LINKED) throw new DamagedItem(table, user, 'mergedInto leads round in a circle');
          continue;
        }
        // Whose row is gone while that of a merged id still points there is being erased.
        if (!known && user !== given) return;
        const written = known?.span
          ? await widen(user, known.span, known.originDay, { first, last, today })
          : await create(user, encryptedId(), first, last);
        if (written) return;
        await pauseBefore(attempt++);
      }
      throw new StoreBusy();
    },

    async *inShard(shard, lastActionFrom) {
      const pages = queryPages(client, {
        TableName: table,
        IndexName: TABLES.Users.index.name,
        KeyConditionExpression: '#shard = :shard AND lastActionDay >= :from',
        ProjectionExpression: '#user, firstActionDay, lastActionDay',
        ExpressionAttributeNames: { '#user': 'user', '#shard': 'shard' },
        ExpressionAttributeValues: { ':shard': shard, ':from': lastActionFrom },
      });
      for await (const items of pages) {
        yield items.map((item) => {
          const fields = fieldsOf(table, String(item.user), item);
          return {
            user: fields.text('user'),
            firstActionDay: fields.day('firstActionDay'),
            lastActionDay: fields.day('lastActionDay'),
          };
        });
      }
    },

    putForecast(user, forecast) {
      return updateIf(client, {
        TableName: table,
        Key: { user },
        UpdateExpression:
          'SET forecast = :packed, originDay = :originDay, modelVersion = :modelVersion, ' +
          'forecastRevision = :revision, lastActionAt = :lastActionAt, facts = :facts',
        // An erased user must not come back as a row that holds a forecast only, and a merged one needs none.
        ConditionExpression:
          'attribute_exists(#shard) AND (attribute_not_exists(originDay) OR originDay <= :originDay)',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: {
          ':packed': forecast.packed,
          ':originDay': forecast.originDay,
          ':modelVersion': forecast.modelVersion,
          ':revision': forecast.revision,
          ':lastActionAt': forecast.lastActionAt,
          ':facts': packFacts(forecast.facts),
        },
      });
    },
  };
}

function least(a: Day, b: Day): Day {
  return a < b ? a : b;
}

function most(a: Day, b: Day): Day {
  return a > b ? a : b;
}
