/** What came in per source and day, and the last rejects. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { addCounts, noCounts, type SourceCounts } from '../../core/ingest/counts.ts';
import type { Clock, Reject, SourceStore } from '../../core/ports.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { queryPages } from './query.ts';

const KEPT_SECONDS = 400 * 86_400;
const REJECTS_KEPT_SECONDS = 30 * 86_400;
/** Partition of the rejects, beside the days. */
const REJECTS = 'rejects';

/**
 * An item per day, source and process, which its process alone writes, whole: so a write that is repeated counts nothing
 * twice, and no item is hot however many processes there are.
 */
export function createSourceStore(client: DynamoClient, prefix: string, clock: Clock): SourceStore {
  const table = `${prefix}Sources`;
  const put = async (day: string, source: string, value: unknown, keptSeconds: number): Promise<void> => {
    const expires = Math.floor(clock() / 1000) + keptSeconds;
    const item = { day, source, value: JSON.stringify(value), expires };
    await orBusy(client.send(new PutCommand({ TableName: table, Item: item })));
  };
  const pages = (day: string, options: { newestFirst?: boolean; limit?: number } = {}) =>
    queryPages(client, {
      TableName: table,
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': day },
      ScanIndexForward: !options.newestFirst,
      ...(options.limit && { Limit: options.limit }),
    });

  return {
    putCounts: (day, source, process, counts) => put(day, `${source}#${process}`, counts, KEPT_SECONDS),

    async counts(day) {
      const sums = new Map<string, SourceCounts>();
      for await (const items of pages(day)) {
        for (const item of items) {
          const fields = fieldsOf(table, `${item.day} ${item.source}`, item);
          const key = fields.text('source');
          const source = key.slice(0, key.lastIndexOf('#'));
          const sum = sums.get(source) ?? noCounts();
          sums.set(source, sum);
          addCounts(sum, fields.json('value') as SourceCounts);
        }
      }
      return [...sums].map(([source, counts]) => ({ source, counts }));
    },

    async putRejects(write, rejects) {
      const last = rejects.at(-1);
      if (last) await put(REJECTS, `${last.at}#${write}`, rejects, REJECTS_KEPT_SECONDS);
    },

    async rejects(limit) {
      const found: Reject[] = [];
      for await (const items of pages(REJECTS, { newestFirst: true, limit })) {
        for (const item of items) {
          const fields = fieldsOf(table, `${item.day} ${item.source}`, item);
          found.push(...(fields.json('value') as Reject[]).toReversed());
        }
        if (found.length >= limit) break;
      }
      return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit);
    },
  };
}
