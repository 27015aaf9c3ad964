import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoClient } from './client.ts';
import { held } from './condition.ts';

/** Puts an item where a condition holds. @returns whether it did */
export function putIf(
  client: DynamoClient,
  table: string,
  item: Record<string, unknown>,
  condition: string,
  names: Record<string, string>,
  values?: Record<string, unknown>,
): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: item,
    ConditionExpression: condition,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  });
  return held(client.send(put));
}
