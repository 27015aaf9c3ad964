/** The API Gateway event as the handlers read it. */
import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiRequest } from './api.ts';
import { Problem } from './problem.ts';

/**
 * Lower-case headers, absent parts as empty ones, base64 and gzip of the body undone.
 * Path and query stay as they are: API Gateway hands both over percent-decoded.
 * @param bodyLimit bytes of the body, uncompressed
 * @throws Problem 400 for a body that is not the gzip it says it is, 413 over the limit
 */
export function toRequest(event: APIGatewayProxyEventV2, bodyLimit: number): ApiRequest {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  return {
    event,
    routeKey: event.routeKey,
    path: present(event.pathParameters),
    query: present(event.queryStringParameters),
    headers,
    body: readBody(event, headers['content-encoding'], bodyLimit),
    key: undefined,
    requestId: event.requestContext?.requestId ?? '',
  };
}

function present(values: Record<string, string | undefined> | undefined): Record<string, string> {
  const entries = Object.entries(values ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // Without a prototype, so that a parameter called `constructor` is read as absent.
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function readBody(event: APIGatewayProxyEventV2, encoding: string | undefined, limit: number): Buffer {
  const sent = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const body = isGzip(encoding) ? gunzip(sent, limit) : sent;
  if (body.length > limit) throw tooLarge(limit);
  return body;
}

function isGzip(encoding = ''): boolean {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return false;
  if (name === 'gzip' || name === 'x-gzip') return true;
  throw new Problem(400, 'unreadable-body', 'the Content-Encoding must be gzip, or none');
}

function gunzip(compressed: Buffer, limit: number): Buffer {
  try {
    return gunzipSync(compressed, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new Problem(400, 'unreadable-body', 'the body is not gzip, as its Content-Encoding says');
  }
}

function tooLarge(limit: number): Problem {
  return new Problem(413, 'body-too-large', `the body is over ${limit / 1024} KB`);
}
