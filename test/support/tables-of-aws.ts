/** DynamoDB's backups over an embedded store, and Lambda's switch for functions, as far as a restore asks for them. */
import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoClient } from '../../adapters/dynamo/client.ts';
import { scanItems } from '../../adapters/dynamo/scan.ts';
import type { Service } from './local-cloud.ts';

type Items = Record<string, unknown>[];

/** @param prefix of the stage's tables; in the store they have none */
export function tablesOfAws(client: DynamoClient, prefix: string, functions: readonly string[]) {
  const target = (name: string) => `DynamoDB_20120810.${name}`;
  const beside = new Map<string, Items>();
  const backups = new Map<string, Items>();
  const protectedTables = new Set<string>();
  const settings: Record<string, unknown>[] = [];
  const stopped = new Set<string>();
  let gone: { name: string; definition: unknown } | undefined;
  /** States of tables, by instant. */
  const states = new Map<string, Map<string, Items>>();
  const plain = (name: string) => name.replace(prefix, '');
  const read = async (name: string): Promise<Items> => {
    const items: Items = [];
    for await (const item of scanItems(client, name)) items.push(item);
    return items;
  };
  const description = { TableDescription: { TableStatus: 'ACTIVE' } };

  const services: Record<string, Service> = {
    'GET /2015-03-31/functions': () => ({ Functions: functions.map((FunctionName) => ({ FunctionName })) }),
    'PUT /2017-10-31/functions/*/concurrency': ({ FunctionName }) => {
      stopped.add(FunctionName);
      return { ReservedConcurrentExecutions: 0 };
    },
    'DELETE /2017-10-31/functions/*/concurrency': ({ FunctionName }) => void stopped.delete(FunctionName),
    [target('RestoreTableToPointInTime')]: ({ SourceTableName, TargetTableName, RestoreDateTime }) => {
      const state = states.get(new Date(RestoreDateTime * 1_000).toISOString());
      beside.set(TargetTableName, state!.get(plain(SourceTableName))!);
      return description;
    },
    [target('CreateBackup')]: ({ TableName, BackupName }) => {
      const BackupArn = `arn:aws:dynamodb:eu-central-1:123456789012:table/${TableName}/backup/${BackupName}`;
      backups.set(BackupArn, beside.get(TableName)!);
      return { BackupDetails: { BackupArn } };
    },
    [target('DescribeBackup')]: () => ({ BackupDescription: { BackupDetails: { BackupStatus: 'AVAILABLE' } } }),
    [target('UpdateTable')]: ({ TableName, DeletionProtectionEnabled, ...more }) => {
      if (DeletionProtectionEnabled === false) protectedTables.delete(TableName);
      if (DeletionProtectionEnabled === true) protectedTables.add(TableName);
      settings.push({ TableName, DeletionProtectionEnabled, ...more });
      return description;
    },
    [target('DeleteTable')]: async ({ TableName }) => {
      if (beside.delete(TableName)) return description;
      if (protectedTables.has(TableName)) throw new Error(`${TableName} is protected`);
      const name = plain(TableName);
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      gone = { name, definition: Table };
      await client.send(new DeleteTableCommand({ TableName: name }));
      return description;
    },
    [target('DescribeTable')]: ({ TableName }) => {
      const there = beside.has(TableName) || plain(TableName) !== gone?.name;
      if (!there) throw Object.assign(new Error(`no ${TableName}`), { name: 'ResourceNotFoundException' });
      return { Table: { TableName, TableStatus: 'ACTIVE' } };
    },
    [target('RestoreTableFromBackup')]: async ({ TargetTableName, BackupArn }) => {
      const { name, definition } = gone!;
      const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = definition as never as Record<string, never>;
      const indexes = (GlobalSecondaryIndexes as unknown as Record<string, unknown>[] | undefined)?.map(
        ({ IndexName, KeySchema: keys, Projection }) => ({ IndexName, KeySchema: keys, Projection }),
      );
      await client.send(
        new CreateTableCommand({
          TableName: plain(TargetTableName),
          KeySchema,
          AttributeDefinitions,
          BillingMode: 'PAY_PER_REQUEST',
          ...(indexes && { GlobalSecondaryIndexes: indexes as never }),
        }),
      );
      for (let made = ''; made !== 'ACTIVE'; )
        made = (await client.send(new DescribeTableCommand({ TableName: name }))).Table!.TableStatus!;
      for (const Item of backups.get(BackupArn)!) await client.send(new PutCommand({ TableName: name, Item }));
      gone = undefined;
      return description;
    },
    [target('UpdateContinuousBackups')]: (given) => void settings.push(given),
    [target('UpdateTimeToLive')]: (given) => void settings.push(given),
  };

  return {
    services,
    settings,
    protectedTables,
    /** Functions that may not run. */
    stopped,
    /** Remembers a table as it is now. */
    async remember(instant: string, name: string) {
      states.set(instant, new Map([...(states.get(instant) ?? []), [name, await read(name)]]));
    },
    read,
  };
}
