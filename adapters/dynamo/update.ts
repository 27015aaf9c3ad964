import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { orBusy } from '../busy.ts';
import type { DynamoClient } from './client.ts';
import { isConditionFailed } from './errors.ts';

/** @returns false when the condition did not hold. @throws StoreBusy */
export async function updateIf(client: DynamoClient, input: UpdateCommandInput): Promise<boolean> {
  try {
    await orBusy(client.send(new UpdateCommand(input)));
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
