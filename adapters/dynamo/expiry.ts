/** What DynamoDB's time to live does, for a local store, which does not. */
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { TABLES, type TableDefinition, type TableName } from '../../core/tables.ts';
import type { DynamoClient } from './client.ts';
import { held } from './condition.ts';
import { scanItems } from './scan.ts';

/**
 * Deletes the items of a table whose time is over.
 * @param now epoch milliseconds
 * @returns how many; 0 for a table without a time to live
 */
export async function removeExpiredItems(
  client: DynamoClient,
  prefix: string,
  table: TableName,
  { now, stopped }: { now: number; stopped: () => boolean },
): Promise<number> {
  const { partitionKey, sortKey, timeToLive }: TableDefinition = TABLES[table];
  if (!timeToLive) return 0;
  const keys = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
  const seconds = Math.floor(now / 1000);
  let removed = 0;
  for await (const item of scanItems(client, `${prefix}${table}`, [...keys, timeToLive])) {
    if (stopped()) break;
    if (!(Number(item[timeToLive]) <= seconds)) continue;
    const deletion = new DeleteCommand({
      TableName: `${prefix}${table}`,
      Key: Object.fromEntries(keys.map((name) => [name, item[name]])),
      // It may have been written anew since it was read.
      ConditionExpression: '#expires <= :now',
      ExpressionAttributeNames: { '#expires': timeToLive },
      ExpressionAttributeValues: { ':now': seconds },
    });
    if (await held(client.send(deletion))) removed++;
  }
  return removed;
}
