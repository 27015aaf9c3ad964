/** Removes what tables hold of users: every table whose key begins with the user, and the links between ids. */
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { TablePlace } from '../../core/erasure/ports.ts';
import { TABLES, type TableDefinition, type TableName } from '../../core/tables.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { queryPages } from './query.ts';
import { scanItems } from './scan.ts';

/** Tables that are searched, and the attribute that names the user in them. */
export const USER_TABLES = (Object.entries(TABLES) as [TableName, TableDefinition][]).flatMap(([table, definition]) => {
  const { name } = definition.partitionKey;
  return name === 'user' || table === 'Links' ? [{ table, user: name, sort: definition.sortKey?.name }] : [];
});

const USERS_AT_ONCE = 16;

export function createTablePlaces(client: DynamoClient, prefix: string): TablePlace[] {
  return USER_TABLES.map(({ table, user: key, sort }) => {
    const removeOf = async (user: string): Promise<number> => {
      let removed = 0;
      const pages = queryPages(client, {
        TableName: `${prefix}${table}`,
        KeyConditionExpression: '#key = :user',
        ProjectionExpression: sort ? '#key, #sort' : '#key',
        ExpressionAttributeNames: { '#key': key, ...(sort && { '#sort': sort }) },
        ExpressionAttributeValues: { ':user': user },
        ConsistentRead: true,
      });
      for await (const items of pages) {
        for (const Key of items) {
          await orBusy(client.send(new DeleteCommand({ TableName: `${prefix}${table}`, Key })));
          removed++;
        }
      }
      return removed;
    };
    return {
      name: `table ${table}`,
      async *users() {
        for await (const item of scanItems(client, `${prefix}${table}`, [key])) yield String(item[key]);
      },
      async remove(users) {
        const waiting = [...users];
        let removed = 0;
        const work = async () => {
          for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
            const found = await removeOf(user);
            removed += found;
          }
        };
        await Promise.all(Array.from({ length: USERS_AT_ONCE }, work));
        return removed;
      },
    };
  });
}
