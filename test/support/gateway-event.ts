import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { matchRoute, toEvent } from '../../local/gateway-event.ts';

export interface Asked {
  method: string;
  /** Path and query. */
  url: string;
  key?: string | undefined;
  /** Sent as JSON; absent: nothing is sent. */
  body?: unknown;
  /** Names and values in turn, besides the key. */
  headers?: string[];
  /** Epoch milliseconds. */
  time?: number;
}

/** The event that API Gateway makes of a request. */
export function eventOf({ method, url, key, body, headers = [], time = Date.now() }: Asked): APIGatewayProxyEventV2 {
  const request = {
    method,
    url,
    protocol: 'HTTP/1.1',
    sourceIp: '127.0.0.1',
    requestId: 'r',
    time,
    rawHeaders: [...(key ? ['authorization', `Bearer ${key}`] : []), ...headers],
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  };
  return toEvent(request, matchRoute(method, url.split('?')[0]!)!);
}
