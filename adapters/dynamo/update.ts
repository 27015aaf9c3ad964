import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { DynamoClient } from './client.ts';
import { held } from './condition.ts';

/** @returns false when the condition did not hold. @throws StoreBusy */
export function updateIf(client: DynamoClient, input: UpdateCommandInput): Promise<boolean> {
  return held(client.send(new UpdateCommand(input)));
}
