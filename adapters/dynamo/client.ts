import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export type DynamoClient = DynamoDBDocumentClient;

/**
 * A client whose region, credentials and endpoint come from the SDK's own environment variables. It tries a request
 * four times with jitter between, 5 s at most each: within the 30 s a request to the API may take.
 * @param options.endpoint used instead of `AWS_ENDPOINT_URL_DYNAMODB`
 */
export function createDynamoClient(options: { endpoint?: string } = {}): DynamoClient {
  const client = new DynamoDBClient({
    ...options,
    maxAttempts: 4,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
