import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Dashboard } from '../../../local/dashboard.ts';
import { type HttpServer, startHttp } from '../../../local/http.ts';

const dashboard: Dashboard = {
  answer: (path) =>
    path === '/' ? { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') } : undefined,
};

let events: APIGatewayProxyEventV2[] = [];
let errors: unknown[] = [];
let respond: () => unknown = () => ({ statusCode: 200, body: '{}' });
let server: HttpServer;
let url: string;

beforeEach(async () => {
  events = [];
  errors = [];
  respond = () => ({ statusCode: 200, body: '{}' });
  server = await startHttp({
    port: 0,
    dashboard: async () => dashboard,
    handler: async () => async (event) => {
      events.push(event);
      return respond();
    },
    onError: (error) => errors.push(error),
    timeOutMs: 1_000,
  });
  url = `http://127.0.0.1:${server.port}`;
});

afterEach(() => server.close());

/** Sends bytes as they are; resolves to all that came back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

describe('requests', () => {
  test('a gzip body arrives as base64 of the same bytes', async () => {
    const body = gzipSync('{"batch":[]}');
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    await fetch(`${url}/v1/batch`, { method: 'POST', headers, body });
    expect(events[0]?.isBase64Encoded).toBe(true);
    expect(Buffer.from(events[0]?.body ?? '', 'base64')).toEqual(body);
  });

  test('a body just below 6 MB arrives, one above is answered 413 and never reaches the handler', async () => {
    const post = (size: number) =>
      fetch(`${url}/v1/batch`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a'.repeat(size) });
    expect((await post(6 * 1024 * 1024 - 4_096)).status).toBe(200);
    const refused = await post(6 * 1024 * 1024 + 1);
    expect([refused.status, await refused.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    expect(events).toHaveLength(1);
  });

  test('a binary body counts as base64, a third more', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024);
    const headers = { 'content-type': 'application/octet-stream' };
    expect((await fetch(`${url}/v1/batch`, { method: 'POST', headers, body })).status).toBe(413);
  });

  test.each([
    ['a long line', `GET /health?${'q'.repeat(10_240)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, '414'],
    [
      'large headers',
      `GET /health HTTP/1.1\r\nhost: x\r\nx-a: ${'v'.repeat(10_240)}\r\nconnection: close\r\n\r\n`,
      '431',
    ],
    ['huge headers', `GET /health HTTP/1.1\r\nhost: x\r\nx-a: ${'v'.repeat(80_000)}\r\n\r\n`, '431'],
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['a broken escape', 'GET /v1/users/%zz/timing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', '400'],
  ])('%s is refused in JSON', async (_, text, status) => {
    const reply = await raw(text);
    expect(reply.split(' ')[1]).toBe(status);
    expect(JSON.parse(reply.split('\r\n\r\n')[1] ?? '')).toHaveProperty('message');
    expect(events).toEqual([]);
  });

  test('a connection is kept for the next request', async () => {
    const get = 'GET /health HTTP/1.1\r\nhost: x\r\n';
    const reply = await raw(`${get}\r\n${get}connection: close\r\n\r\n`);
    expect(reply.match(/HTTP\/1.1 200/g)).toHaveLength(2);
  });

  test('a client that leaves in the middle of its body is no error', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(errors).toEqual([]);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('replies', () => {
  test('a reply over 6 MB becomes a 500', async () => {
    respond = () => ({ statusCode: 200, body: 'a'.repeat(6 * 1024 * 1024) });
    const reply = await fetch(`${url}/health`);
    expect([reply.status, await reply.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  test('a base64 body goes out as bytes', async () => {
    respond = () => ({ statusCode: 200, isBase64Encoded: true, body: Buffer.from([0, 255]).toString('base64') });
    const reply = await fetch(`${url}/health`);
    expect([...new Uint8Array(await reply.arrayBuffer())]).toEqual([0, 255]);
  });

  test('a handler over the time limit answers 503', async () => {
    respond = () => new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await fetch(`${url}/health`)).status).toBe(503);
  });

  test.each(['GET', 'HEAD'])('%s of an unknown path is 404', async (method) => {
    const reply = await fetch(`${url}/nothing`, { method });
    expect(reply.status).toBe(404);
    if (method === 'GET') expect(await reply.json()).toEqual({ message: 'Not Found' });
  });

  test('HEAD is answered for the page, and not for a route of the API', async () => {
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('6');
    expect((await fetch(`${url}/health`, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('other origins', () => {
  test('a preflight request is answered without the handler', async () => {
    const reply = await fetch(`${url}/v1/batch`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    expect(reply.headers.get('access-control-allow-headers')).toBe('authorization,content-type,x-retry-count');
    expect(events).toEqual([]);
  });

  test('a reply may be read by the page that asked, where pages ask', async () => {
    const from = { headers: { origin: 'https://shop.example' } };
    const settings = `${url}/v1/projects/key/settings`;
    expect((await fetch(settings, from)).headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(settings)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${url}/health`, from)).headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each([
    ['PUT', '/v1/bands'],
    ['GET', '/v1/users/u1/timing'],
    ['PUT', '/v1/batch'],
  ])('no page of another origin is let call %s %s', async (method, path) => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': method };
    const reply = await fetch(`${url}${path}`, { method: 'OPTIONS', headers });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('closing waits for the request in flight', async () => {
  respond = () => new Promise((resolve) => setTimeout(() => resolve({ statusCode: 200, body: 'late' }), 200));
  const asked = fetch(`${url}/health`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await server.close();
  expect(await (await asked).text()).toBe('late');
});
