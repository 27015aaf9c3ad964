/** What calls of the model over AWS have in common. */

/** The SDK waits between attempts with jitter; it retries throttling, 5xx and connections. */
export const ATTEMPTS = 4;
export const CONNECT_MS = 2_000;
/** SageMaker ends a call after 60 s, and so does the scorer's function. */
export const REPLY_MS = 65_000;

/** An error of the SDK. */
interface ServiceError {
  $metadata?: { httpStatusCode?: number };
  name?: string;
  message?: string;
}

/** Whether the model is away or busy, as against a call that it refuses. */
export function isUnavailable(error: unknown): boolean {
  const { $metadata, name, message } = (error ?? {}) as ServiceError;
  if (!$metadata) return false;
  // No status: the SDK tried and no reply came.
  const status = $metadata.httpStatusCode ?? 503;
  // An endpoint that is not there is a ValidationError of SageMaker.
  return status === 429 || status >= 500 || (name === 'ValidationError' && /not found/i.test(message ?? ''));
}
