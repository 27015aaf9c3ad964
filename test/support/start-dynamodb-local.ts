/** What Jest does first under `STORE=dynamodb-local`: one server for all test files, each of which has tables of its own. */
import { startDynamoDbLocal } from './dynamodb-local.ts';

export default async function start(): Promise<void> {
  process.env.DYNAMODB_LOCAL_URL = await startDynamoDbLocal();
}
