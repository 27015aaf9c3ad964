/** What each step of a nightly run left: one item per day and step. */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RunRecord, RunStore } from '../../core/ports/runs.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { queryPages } from './query.ts';

/** A run's removal deletes this many records at a time. */
const AT_ONCE = 16;

export function createRunStore(client: DynamoClient, prefix: string): RunStore {
  const table = `${prefix}Runs`;

  const list = async (day: string): Promise<RunRecord[]> => {
    const records: RunRecord[] = [];
    // `day` is a reserved word of DynamoDB's expressions.
    const pages = queryPages(client, {
      TableName: table,
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': day },
      ConsistentRead: true,
    });
    for await (const items of pages) for (const item of items) records.push(toRecord(table, item));
    return records;
  };

  return {
    list,

    async get(day, shard) {
      const get = new GetCommand({ TableName: table, Key: { day, shard }, ConsistentRead: true });
      const { Item: item } = await orBusy(client.send(get));
      return item && toRecord(table, item);
    },

    async put({ day, shard, state }) {
      const item = { day, shard, state: JSON.stringify(state) };
      await orBusy(client.send(new PutCommand({ TableName: table, Item: item })));
    },

    async remove(day) {
      const keys = (await list(day)).map(({ shard }) => ({ day, shard }));
      for (let start = 0; start < keys.length; start += AT_ONCE) {
        const deletions = keys.slice(start, start + AT_ONCE).map((Key) => {
          return orBusy(client.send(new DeleteCommand({ TableName: table, Key })));
        });
        await Promise.all(deletions);
      }
    },
  };
}

function toRecord(table: string, item: Record<string, unknown>): RunRecord {
  const fields = fieldsOf(table, `${item.day} ${item.shard}`, item);
  const state = fields.json('state');
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return fields.fail('state is not an object');
  return { day: fields.day('day'), shard: fields.text('shard'), state: state as Record<string, unknown> };
}
