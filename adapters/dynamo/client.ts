import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { boundedRetries } from './retry.ts';

export type DynamoClient = DynamoDBDocumentClient;

/**
 * A client whose region, credentials and endpoint come from the SDK's own environment variables. It tries a request
 * five times with jitter between; in the worst case, a store that never answers, within the 30 s a request may take.
 * @param options.endpoint used instead of `AWS_ENDPOINT_URL_DYNAMODB`
 * @param options.requestTimeout milliseconds of one try
 */
export function createDynamoClient(options: { endpoint?: string; requestTimeout?: number } = {}): DynamoClient {
  const { requestTimeout = 5_000, ...more } = options;
  const client = new DynamoDBClient({
    ...more,
    retryStrategy: boundedRetries,
    requestHandler: { connectionTimeout: 2_000, requestTimeout, throwOnRequestTimeout: true },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
