/** Settings by kind and name. A value is kept as JSON text, so that it comes back exactly as it was put. */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SettingStore } from '../../core/ports/settings.ts';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { fieldsOf } from './fields.ts';
import { putIf } from './put-if.ts';
import { queryPages } from './query.ts';

export function createSettingStore(client: DynamoClient, prefix: string): SettingStore {
  const table = `${prefix}Settings`;
  const fields = (item: Record<string, unknown>) => fieldsOf(table, `${item.kind} ${item.name}`, item);
  return {
    async get<T>(kind: string, name: string) {
      const get = new GetCommand({ TableName: table, Key: { kind, name }, ConsistentRead: true });
      const { Item: item } = await orBusy(client.send(get));
      return item && (fields(item).json('value') as T);
    },

    async list<T>(kind: string) {
      const found: { name: string; value: T }[] = [];
      const pages = queryPages(client, {
        TableName: table,
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': kind },
        ConsistentRead: true,
      });
      for await (const items of pages) {
        for (const item of items) {
          found.push({ name: fields(item).text('name'), value: fields(item).json('value') as T });
        }
      }
      return found;
    },

    async put(kind, name, value) {
      const item = { kind, name, value: JSON.stringify(value) };
      await orBusy(client.send(new PutCommand({ TableName: table, Item: item })));
    },

    replace(kind, name, before, value) {
      const item = { kind, name, value: JSON.stringify(value) };
      const names = { '#value': 'value' };
      if (before === undefined) return orBusy(putIf(client, table, item, 'attribute_not_exists(#value)', names));
      return orBusy(putIf(client, table, item, '#value = :before', names, { ':before': JSON.stringify(before) }));
    },

    async remove(kind, name) {
      await orBusy(client.send(new DeleteCommand({ TableName: table, Key: { kind, name } })));
    },
  };
}
