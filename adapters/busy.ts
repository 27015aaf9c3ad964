/** Which failures of an AWS service mean "not now": it throttles, it has trouble of its own, or it cannot be reached. */
import { StoreBusy } from '../core/ports/store-busy.ts';

const THROTTLED = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const TIMED_OUT = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'RequestAbortedException']);
const UNREACHABLE = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
const MAX_CAUSES = 5;

/** Whether the same request may succeed a moment later. */
export function isBusy(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_CAUSES) return false;
  if (error instanceof StoreBusy || THROTTLED.has(error.name) || TIMED_OUT.has(error.name)) return true;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (typeof code === 'string' && UNREACHABLE.has(code)) return true;
  const status = $metadata?.httpStatusCode ?? 0;
  if (status === 429 || status >= 500) return true;
  return isBusy(error.cause, depth + 1);
}

/**
 * Runs one request, which the client has already tried several times with jitter between.
 * @throws StoreBusy where a later try may succeed; else what the request threw
 */
export async function orBusy<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw isBusy(error) && !(error instanceof StoreBusy) ? new StoreBusy(error) : error;
  }
}
