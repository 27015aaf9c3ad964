import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';

type Item = Record<string, unknown>;

/** The pages of a query, in order, to the last one. @throws StoreBusy */
export async function* queryPages(client: DynamoClient, input: QueryCommandInput): AsyncGenerator<Item[]> {
  let from: Item | undefined;
  do {
    const page = await orBusy(client.send(new QueryCommand({ ...input, ExclusiveStartKey: from })));
    if (page.Items?.length) yield page.Items;
    from = page.LastEvaluatedKey;
  } while (from);
}
