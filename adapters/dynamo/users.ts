/** Users: first and last day of action, the latest forecast, the shop's id encrypted. */
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { StoreBusy, type UserRecord, type UserStore } from '../../core/ports.ts';
import { TABLES } from '../../core/tables.ts';
import type { Day } from '../../core/time.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { isConditionFailed, pauseBefore } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { queryPages } from './query.ts';

type Item = Record<string, unknown>;

const BATCH = 100;
const BATCH_ATTEMPTS = 8;
/** A touch starts again when another one came between its read and its write. */
const TOUCH_ATTEMPTS = 10;

/** 0…255: the first byte of the pseudonym, which is a hash already. @throws RangeError for no pseudonym */
export function shardOf(user: string): number {
  const shard = Number.parseInt(user.slice(0, 2), 16);
  if (!/^[0-9a-f]{2}/.test(user)) throw new RangeError('a user is named by a pseudonym in hex');
  return shard;
}

export function createUserStore(client: DynamoClient, prefix: string): UserStore {
  const table = `${prefix}Users`;

  const getBatch = async (users: string[]): Promise<Item[]> => {
    const items: Item[] = [];
    let left: BatchGetCommandInput['RequestItems'] = { [table]: { Keys: users.map((user) => ({ user })) } };
    for (let attempt = 1; attempt <= BATCH_ATTEMPTS; attempt++) {
      const reply: BatchGetCommandOutput = await orBusy(client.send(new BatchGetCommand({ RequestItems: left })));
      items.push(...(reply.Responses?.[table] ?? []));
      left = reply.UnprocessedKeys;
      if (!left?.[table]?.Keys?.length) return items;
      await pauseBefore(attempt);
    }
    throw new StoreBusy();
  };

  /** What a touch needs to know of the user. The first look may be a moment old, for half the price. */
  const look = async (user: string, consistent: boolean) => {
    const get = new GetCommand({
      TableName: table,
      Key: { user },
      ProjectionExpression: 'firstActionDay, lastActionDay, originDay',
      ConsistentRead: consistent,
    });
    const { Item: item } = await orBusy(client.send(get));
    if (!item) return undefined;
    const fields = fieldsOf(table, user, item);
    return {
      first: fields.day('firstActionDay'),
      last: fields.day('lastActionDay'),
      originDay: fields.has('originDay') ? fields.day('originDay') : undefined,
    };
  };

  /** @returns false when the condition did not hold */
  const writeIf = async (command: PutCommand | UpdateCommand): Promise<boolean> => {
    try {
      await orBusy(client.send(command as UpdateCommand));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };

  const create = (user: string, encryptedId: Uint8Array, first: Day, last: Day): Promise<boolean> =>
    writeIf(
      new PutCommand({
        TableName: table,
        Item: {
          user,
          shard: shardOf(user),
          firstActionDay: first,
          lastActionDay: last,
          revision: 0,
          encryptedId,
        },
        ConditionExpression: 'attribute_not_exists(#user)',
        ExpressionAttributeNames: { '#user': 'user' },
      }),
    );

  return {
    async get(user) {
      const { Item: item } = await orBusy(client.send(new GetCommand({ TableName: table, Key: { user } })));
      return item && toRecord(table, item);
    },

    async getMany(users) {
      const distinct = [...new Set(users)];
      const records: UserRecord[] = [];
      for (let start = 0; start < distinct.length; start += BATCH) {
        const items = await getBatch(distinct.slice(start, start + BATCH));
        for (const item of items) records.push(toRecord(table, item));
      }
      return records;
    },

    async touch({ user, encryptedId, first, last, today }) {
      for (let attempt = 1; attempt <= TOUCH_ATTEMPTS; attempt++) {
        const known = await look(user, attempt > 1);
        if (!known) {
          if (await create(user, encryptedId(), first, last)) return;
        } else {
          const late = first < most(today, known.originDay ?? today);
          const widened = { first: least(known.first, first), last: most(known.last, last) };
          if (!late && widened.first === known.first && widened.last === known.last) return;
          // Only if the days are still those that were read: so two touches at once never narrow each other's span.
          const update = new UpdateCommand({
            TableName: table,
            Key: { user },
            UpdateExpression: `SET firstActionDay = :first, lastActionDay = :last${late ? ' ADD revision :one' : ''}`,
            ConditionExpression: 'firstActionDay = :knownFirst AND lastActionDay = :knownLast',
            ExpressionAttributeValues: {
              ':first': widened.first,
              ':last': widened.last,
              ':knownFirst': known.first,
              ':knownLast': known.last,
              ...(late && { ':one': 1 }),
            },
          });
          if (await writeIf(update)) return;
        }
        await pauseBefore(attempt);
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
      return writeIf(
        new UpdateCommand({
          TableName: table,
          Key: { user },
          UpdateExpression:
            'SET forecast = :packed, originDay = :originDay, modelVersion = :modelVersion, ' +
            'forecastRevision = :revision, lastActionAt = :lastActionAt',
          // An erased user must not come back as a row that holds a forecast only.
          ConditionExpression:
            'attribute_exists(#user) AND (attribute_not_exists(originDay) OR originDay <= :originDay)',
          ExpressionAttributeNames: { '#user': 'user' },
          ExpressionAttributeValues: {
            ':packed': forecast.packed,
            ':originDay': forecast.originDay,
            ':modelVersion': forecast.modelVersion,
            ':revision': forecast.revision,
            ':lastActionAt': forecast.lastActionAt,
          },
        }),
      );
    },
  };
}

function toRecord(table: string, item: Item): UserRecord {
  const fields = fieldsOf(table, String(item.user), item);
  const record: UserRecord = {
    user: fields.text('user'),
    shard: fields.whole('shard'),
    firstActionDay: fields.day('firstActionDay'),
    lastActionDay: fields.day('lastActionDay'),
    revision: fields.whole('revision'),
    encryptedId: fields.bytes('encryptedId'),
  };
  if (fields.has('forecast')) {
    record.forecast = {
      packed: fields.bytes('forecast'),
      originDay: fields.day('originDay'),
      modelVersion: fields.text('modelVersion'),
      revision: fields.whole('forecastRevision'),
      lastActionAt: fields.number('lastActionAt'),
    };
  }
  return record;
}

function least(a: Day, b: Day): Day {
  return a < b ? a : b;
}

function most(a: Day, b: Day): Day {
  return a > b ? a : b;
}
