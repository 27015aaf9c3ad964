/** Creates the tables of a local store. On AWS the stack creates them, with what a local store has no use for. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type KeySchemaElement,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLES, type TableDefinition } from '../../core/tables.ts';
import { createDynamoClient, type DynamoClient } from './client.ts';

type Key = TableDefinition['partitionKey'];

const CREATION_MS = 30_000;

/** Creates the tables that are not there yet and waits until they answer. Safe to call again, and at once by two. */
export async function createTables(
  client: DynamoClient = createDynamoClient(),
  prefix = process.env.TABLE_PREFIX ?? '',
): Promise<void> {
  const present = await listTables(client);
  for (const [name, definition] of Object.entries<TableDefinition>(TABLES)) {
    const table = `${prefix}${name}`;
    if (present.has(table)) continue;
    try {
      await client.send(new CreateTableCommand(inputOf(table, definition)));
    } catch (error) {
      if ((error as Error).name !== 'ResourceInUseException') throw error;
    }
    await untilActive(client, table);
  }
}

async function listTables(client: DynamoClient): Promise<Set<string>> {
  const names = new Set<string>();
  let from: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: from }));
    for (const name of page.TableNames ?? []) names.add(name);
    from = page.LastEvaluatedTableName;
  } while (from);
  return names;
}

async function untilActive(client: DynamoClient, table: string): Promise<void> {
  const start = performance.now();
  for (;;) {
    const { Table: description } = await client.send(new DescribeTableCommand({ TableName: table }));
    const indexes = description?.GlobalSecondaryIndexes ?? [];
    if (description?.TableStatus === 'ACTIVE' && indexes.every((index) => index.IndexStatus === 'ACTIVE')) return;
    if (performance.now() - start > CREATION_MS) throw new Error(`table ${table} is not active after 30 s`);
    await sleep(10);
  }
}

function inputOf(table: string, definition: TableDefinition): CreateTableCommandInput {
  const { partitionKey, sortKey, index } = definition;
  const keys = [partitionKey, sortKey, index?.partitionKey, index?.sortKey].filter((key) => key !== undefined);
  const attributes = new Map(keys.map((key): [string, AttributeDefinition] => [key.name, attributeOf(key)]));
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes.values()],
    KeySchema: schemaOf(partitionKey, sortKey),
    GlobalSecondaryIndexes: index && [
      {
        IndexName: index.name,
        KeySchema: schemaOf(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: index.projects },
      },
    ],
  };
}

function attributeOf(key: Key): AttributeDefinition {
  return { AttributeName: key.name, AttributeType: key.type };
}

function schemaOf(partition: Key, sort: Key | undefined): KeySchemaElement[] {
  const schema: KeySchemaElement[] = [{ AttributeName: partition.name, KeyType: 'HASH' }];
  if (sort) schema.push({ AttributeName: sort.name, KeyType: 'RANGE' });
  return schema;
}
