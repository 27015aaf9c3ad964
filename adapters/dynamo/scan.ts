import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';

/** Every item of a table. @throws StoreBusy */
export async function* scanItems(client: DynamoClient, table: string): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await orBusy(
      client.send(new ScanCommand({ TableName: table, ExclusiveStartKey: from, ConsistentRead: true })),
    );
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}
