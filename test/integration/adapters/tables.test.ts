import { DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTables } from '../../../adapters/dynamo/tables.ts';
import { TABLES } from '../../../core/tables.ts';
import { startStore, type TestStore } from '../../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

test('creating the tables again, or twice at once, changes nothing', async () => {
  await Promise.all([createTables(store.client, ''), createTables(store.client, '')]);
  const { TableNames } = await store.client.send(new ListTablesCommand({}));
  expect(TableNames).toEqual(Object.keys(TABLES).sort());
});

test('two creating the same new tables at once both succeed', async () => {
  await Promise.all([createTables(store.client, 'shop-'), createTables(store.client, 'shop-')]);
  const { TableNames } = await store.client.send(new ListTablesCommand({}));
  expect(TableNames).toEqual(expect.arrayContaining(Object.keys(TABLES).map((name) => `shop-${name}`)));
});

test('the index of Users finds users by shard and day, and carries the first day', async () => {
  const { Table } = await store.client.send(new DescribeTableCommand({ TableName: 'Users' }));
  expect(Table?.GlobalSecondaryIndexes).toMatchObject([
    {
      IndexName: 'byShard',
      KeySchema: [
        { AttributeName: 'shard', KeyType: 'HASH' },
        { AttributeName: 'lastActionDay', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['firstActionDay'] },
    },
  ]);
});
