import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { isConditionFailed } from './errors.ts';

/** Puts an item where a condition holds. @returns whether it did */
export async function putIf(
  client: DynamoClient,
  table: string,
  item: Record<string, unknown>,
  condition: string,
  names: Record<string, string>,
  values?: Record<string, unknown>,
): Promise<boolean> {
  try {
    const put = new PutCommand({
      TableName: table,
      Item: item,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    });
    await orBusy(client.send(put));
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
