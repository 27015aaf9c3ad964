/** The HTTP side of a local system: the routes through their Lambda handlers, and the dashboard. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionName } from '../functions/routes.ts';
import type { Dashboard } from './dashboard.ts';
import {
  gatewayReply,
  invoke,
  type LambdaHandler,
  MAX_PAYLOAD_BYTES,
  preflightReply,
  type Reply,
  refuseHead,
} from './gateway.ts';
import { matchRoute, splitUrl, toEvent } from './gateway-event.ts';

export interface HttpOptions {
  /** 0: any free one. */
  port: number;
  /** Loads the handler of a function; asked once per request, so keep what was loaded. */
  handler(name: FunctionName): Promise<LambdaHandler>;
  dashboard?: () => Promise<Dashboard>;
  /** Files behind links of their own; undefined for a path that is none. */
  download?: (path: string) => Promise<Reply | undefined>;
  onError(error: unknown, requestId: string): void;
  timeOutMs?: number;
}

export interface HttpServer {
  port: number;
  /** Takes no more connections, and resolves when every request in flight is answered. */
  close(): Promise<void>;
}

/** Above this a body is not even read to its end. */
const MAX_DRAIN_BYTES = 256 * 1024 * 1024;

const OPEN = { 'access-control-allow-origin': '*' };

/** Listens on 127.0.0.1. @throws an error of code EADDRINUSE when the port is taken */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  // Node's own limit stays above ours, which counts as API Gateway does.
  const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 65_000 }, (request, response) => {
    answer(request, options)
      .catch((error) => {
        // The client left while it was sending: nobody waits for an answer.
        if (request.destroyed && !request.complete) return gatewayReply(400, 'Bad Request');
        options.onError(error, 'none');
        return gatewayReply(500, 'Internal Server Error');
      })
      .then((reply) => send(request, response, reply, server));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return;
    const [status, text] =
      error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
    const body = JSON.stringify({ message: text });
    socket.end(
      `HTTP/1.1 ${status} ${text}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function answer(request: IncomingMessage, options: HttpOptions): Promise<Reply> {
  const { method = 'GET', url = '/', rawHeaders } = request;
  const refused = refuseHead(`${method} ${url} HTTP/${request.httpVersion}`, rawHeaders);
  const body = await readBody(request);
  if (refused) return refused;
  if (body === 'too large') return gatewayReply(413, 'Request Entity Too Large');
  const cross = request.headers.origin !== undefined;
  const { path } = splitUrl(url);
  if (method === 'OPTIONS') {
    const wanted = request.headers['access-control-request-method'];
    return preflightReply(cross && wanted !== undefined && matchRoute(wanted, path)?.route.pages === true);
  }
  if (method === 'GET' || method === 'HEAD') {
    const file = (await options.dashboard?.())?.answer(path, request.headers['if-none-match']);
    if (file) return file;
    const download = await options.download?.(path);
    if (download) return download;
  }
  const matched = matchRoute(method, path);
  if (!matched) return gatewayReply(404, 'Not Found');
  const raw = {
    method,
    url,
    rawHeaders,
    body,
    protocol: `HTTP/${request.httpVersion}`,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    requestId: randomUUID(),
    time: Date.now(),
  };
  let event: ReturnType<typeof toEvent>;
  try {
    event = toEvent(raw, matched);
  } catch (error) {
    if (error instanceof URIError) return gatewayReply(400, 'Bad Request');
    throw error;
  }
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_PAYLOAD_BYTES) {
    return gatewayReply(413, 'Request Entity Too Large');
  }
  const handler = await options.handler(matched.route.function);
  const reply = await invoke(handler, event, options.onError, options.timeOutMs);
  reply.headers['apigw-requestid'] = raw.requestId;
  if (cross && matched.route.pages) Object.assign(reply.headers, OPEN);
  return reply;
}

/** A body that is too large is read to its end all the same, since many clients read no reply before. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_PAYLOAD_BYTES) chunks.push(chunk);
    else chunks.length = 0;
    if (size > MAX_DRAIN_BYTES) break;
  }
  return size > MAX_PAYLOAD_BYTES ? 'too large' : Buffer.concat(chunks, size);
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, server: Server): void {
  // A server that stops tells its clients, so that they connect anew elsewhere.
  if (!server.listening) response.setHeader('connection', 'close');
  const empty = reply.status === 204 || reply.status === 304;
  response.writeHead(reply.status, { ...reply.headers, ...(!empty && { 'content-length': reply.body.length }) });
  response.end(empty || request.method === 'HEAD' ? undefined : reply.body);
}
