/** What API Gateway and Lambda do around a handler: limits, time-out, CORS, and the way of its result to the client. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { CORS } from '../functions/routes.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

export type LambdaHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

/** Bytes of request line and header values together. */
export const MAX_HEAD_BYTES = 10_240;
/** What a synchronous call of Lambda takes and gives, as JSON. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Longest a request may take, milliseconds. */
export const TIME_OUT_MS = 30_000;

/** A reply that API Gateway itself gives. */
export function gatewayReply(status: number, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** 414 or 431 when the head is over the limit. */
export function refuseHead(requestLine: string, rawHeaders: readonly string[]): Reply | undefined {
  if (requestLine.length > MAX_HEAD_BYTES) return gatewayReply(414, 'Request-URI Too Long');
  const values = rawHeaders.reduce((sum, text, position) => sum + (position % 2 ? text.length : 0), 0);
  return requestLine.length + values > MAX_HEAD_BYTES
    ? gatewayReply(431, 'Request Header Fields Too Large')
    : undefined;
}

/**
 * Calls a handler as Lambda does.
 * @param onError told of a handler that threw or answered what cannot be sent; the client sees only a 500
 */
export async function invoke(
  handler: LambdaHandler,
  event: APIGatewayProxyEventV2,
  onError: (error: unknown, requestId: string) => void,
  timeOutMs = TIME_OUT_MS,
): Promise<Reply> {
  const requestId = event.requestContext.requestId;
  const name = event.routeKey;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<Reply>((resolve) => {
    timer = setTimeout(() => resolve(gatewayReply(503, 'Service Unavailable')), timeOutMs);
  });
  const answered = (async () => {
    try {
      return toReply(await handler(event, lambdaContext(name, requestId, Date.now() + timeOutMs)));
    } catch (error) {
      onError(error, requestId);
      return gatewayReply(500, 'Internal Server Error');
    }
  })();
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer to a preflight request: API Gateway gives it itself, where CloudFront lets it know who asks. */
export function preflightReply(mayCall: boolean): Reply {
  return {
    status: 204,
    headers: mayCall
      ? {
          'access-control-allow-origin': CORS.origins.join(','),
          'access-control-allow-methods': CORS.methods.join(','),
          'access-control-allow-headers': CORS.headers.join(','),
          'access-control-max-age': String(CORS.maxAgeSeconds),
        }
      : {},
    body: Buffer.alloc(0),
  };
}

/** @throws Error for a result that Lambda or API Gateway would not take */
export function toReply(result: unknown): Reply {
  if (Buffer.byteLength(JSON.stringify(result) ?? '') > MAX_PAYLOAD_BYTES) {
    throw new Error(`the function's reply is over ${MAX_PAYLOAD_BYTES} bytes`);
  }
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof result === 'string' ? result : (JSON.stringify(result) ?? '')),
    };
  }
  const { statusCode, headers = {}, cookies, body = '', isBase64Encoded } = result as APIGatewayProxyStructuredResultV2;
  const lower: Reply['headers'] = {};
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = String(value);
  if (cookies?.length) lower['set-cookie'] = cookies;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return { status: statusCode ?? 200, headers: { 'content-type': 'application/json', ...lower }, body: bytes };
}

function lambdaContext(name: string, requestId: string, deadline: number): Context {
  return {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
    memoryLimitInMB: '1024',
    awsRequestId: requestId,
    logGroupName: 'local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
