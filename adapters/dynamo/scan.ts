import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';

/**
 * Every item of a table.
 * @param only the attributes that are read, where not all are
 * @throws StoreBusy
 */
export async function* scanItems(
  client: DynamoClient,
  table: string,
  only?: readonly string[],
): AsyncGenerator<Record<string, unknown>> {
  const projection = only && {
    ProjectionExpression: only.map((_, n) => `#a${n}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(only.map((name, n) => [`#a${n}`, name])),
  };
  let from: Record<string, unknown> | undefined;
  do {
    const page = await orBusy(
      client.send(new ScanCommand({ TableName: table, ExclusiveStartKey: from, ConsistentRead: true, ...projection })),
    );
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}
