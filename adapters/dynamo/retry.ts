import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** What the SDK's retry middleware calls; it judges which errors are worth another try. */
type Strategy = Extract<NonNullable<DynamoDBClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

const ATTEMPTS = 5;
const LONGEST_FIRST_WAIT_MS = 100;

/**
 * Five tries with full jitter between: up to 100, 200, 400 and 800 ms. The SDK's own waits under throttling add up to
 * 7 s, and a tracking client gives up on a request after 10.
 */
export const boundedRetries: Strategy = {
  async acquireInitialRetryToken() {
    return tokenOf(0, 0);
  },
  async refreshRetryTokenForRetry(token, { errorType }) {
    const retries = token.getRetryCount() + 1;
    if (errorType === 'CLIENT_ERROR' || retries >= ATTEMPTS) throw new Error('no further try');
    return tokenOf(retries, Math.random() * LONGEST_FIRST_WAIT_MS * 2 ** (retries - 1));
  },
  recordSuccess() {},
};

function tokenOf(retries: number, delay: number): Token {
  return { getRetryCount: () => retries, getRetryDelay: () => delay };
}
