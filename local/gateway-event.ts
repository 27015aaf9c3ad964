/**
 * Requests as an HTTP API of API Gateway hands them to Lambda, payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ROUTES, type Route } from '../functions/routes.ts';

export interface RawRequest {
  method: string;
  /** As on the request line: path and query, undecoded. */
  url: string;
  /** Names and values in turn, as they came. */
  rawHeaders: readonly string[];
  body: Buffer;
  protocol: string;
  sourceIp: string;
  requestId: string;
  /** Epoch milliseconds. */
  time: number;
}

export interface MatchedRoute {
  route: Route;
  /** Parameters still percent-encoded. */
  parameters: Record<string, string>;
}

/** The route of a request, or undefined where API Gateway answers 404. */
export function matchRoute(method: string, path: string, routes: readonly Route[] = ROUTES): MatchedRoute | undefined {
  const given = path.split('/');
  let best: MatchedRoute | undefined;
  for (const route of routes) {
    if (route.method !== method) continue;
    const parameters = matchSegments(route.path.split('/'), given);
    if (!parameters) continue;
    // A route without parameters is more specific, whatever the order of the list.
    if (!best || Object.keys(parameters).length < Object.keys(best.parameters).length) best = { route, parameters };
  }
  return best;
}

/** @throws URIError for a path whose percent-encoding is broken; API Gateway answers 400 */
export function toEvent(request: RawRequest, { route, parameters }: MatchedRoute): APIGatewayProxyEventV2 {
  const { path, query } = splitUrl(request.url);
  const { headers, cookies } = joinHeaders(request.rawHeaders);
  // API Gateway hands the path over decoded.
  const rawPath = decodeURIComponent(path);
  const base64 = request.body.length > 0 && isBinary(headers);
  const routeKey = `${route.method} ${route.path}`;
  const host = headers.host ?? 'localhost';
  const pathParameters = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      'x-forwarded-for': headers['x-forwarded-for'] ?? request.sourceIp,
      'x-forwarded-port': headers['x-forwarded-port'] ?? (host.split(':')[1] || '80'),
      'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
    },
    ...(query && { queryStringParameters: joinQuery(query) }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      http: {
        method: request.method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: '$default',
      time: logTime(request.time),
      timeEpoch: request.time,
    },
    ...(request.body.length > 0 && { body: request.body.toString(base64 ? 'base64' : 'utf8') }),
    isBase64Encoded: base64,
  };
}

export function splitUrl(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function matchSegments(pattern: string[], given: string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [position, part] of pattern.entries()) {
    const value = given[position]!;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name && value !== '') parameters[name] = value;
    else if (name || part !== value) return undefined;
  }
  return parameters;
}

/** Lower-case names, repeated values joined by commas, cookies apart. */
function joinHeaders(raw: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = Object.create(null);
  const cookies: string[] = [];
  for (let position = 0; position + 1 < raw.length; position += 2) {
    const name = raw[position]!.toLowerCase();
    const value = raw[position + 1]!;
    if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter(Boolean));
    else headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { headers: { ...headers }, cookies };
}

function joinQuery(query: string): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    joined[name] = name in joined ? `${joined[name]},${value}` : value;
  }
  return { ...joined };
}

/**
 * Which bodies arrive as base64: all but the types below, and all that are encoded. Forms and bodies without a type
 * are among them, measured on AWS in https://github.com/ministackorg/ministack/pull/766.
 */
function isBinary(headers: Record<string, string>): boolean {
  if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') return true;
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  return !(type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type));
}

/** `07/Aug/2026:01:37:53 +0000` */
function logTime(time: number): string {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(time).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}
