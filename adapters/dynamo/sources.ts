/** What came in per source and day, and the last rejects. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { contentNumber } from '../../core/hash.ts';
import { addCounts, noCounts, type SourceCounts } from '../../core/ingest/counts.ts';
import type { Reject, SourceStore } from '../../core/ports/sources.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { queryPages } from './query.ts';

const KEPT_SECONDS = 400 * 86_400;
const REJECTS_KEPT_SECONDS = 30 * 86_400;
/**
 * Rejects lie in so many partitions, beside the days: one takes a thousand units a second, and those of one write may be
 * 130 of them (lib/cost/partitions.ts).
 */
export const REJECT_LISTS = 8;
const listOf = (n: number) => `rejects/${n}`;

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

  /** At least so many of a list's rejects, if it has them, the newest first. */
  const newestOf = async (list: string, limit: number): Promise<Reject[]> => {
    const found: Reject[] = [];
    for await (const items of pages(list, { newestFirst: true, limit })) {
      for (const item of items) {
        const fields = fieldsOf(table, `${item.day} ${item.source}`, item);
        found.push(...(fields.json('value') as Reject[]).toReversed());
      }
      if (found.length >= limit) break;
    }
    return found;
  };

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

    async putRejects(process, write, rejects) {
      const last = rejects.at(-1);
      const list = contentNumber(process) % REJECT_LISTS;
      if (last) await put(listOf(list), `${last.at}#${process}.${write}`, rejects, REJECTS_KEPT_SECONDS);
    },

    async rejects(limit) {
      const lists = await Promise.all(Array.from({ length: REJECT_LISTS }, (_, n) => newestOf(listOf(n), limit)));
      return lists
        .flat()
        .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
        .slice(0, limit);
    },
  };
}
