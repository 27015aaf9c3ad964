import { ROUTES, type Route } from '../../../functions/routes.ts';
import { matchRoute, type RawRequest, toEvent } from '../../../local/gateway-event.ts';

const request = (change: Partial<RawRequest> = {}): RawRequest => ({
  method: 'GET',
  url: '/v1/overview',
  rawHeaders: ['Host', '127.0.0.1:8787', 'User-Agent', 'test/1'],
  body: Buffer.alloc(0),
  protocol: 'HTTP/1.1',
  sourceIp: '127.0.0.1',
  requestId: 'r1',
  time: Date.UTC(2026, 7, 7, 1, 37, 53),
  ...change,
});

const eventOf = (change: Partial<RawRequest>) => {
  const raw = request(change);
  const matched = matchRoute(raw.method, raw.url.split('?')[0]!);
  if (!matched) throw new Error(`no route for ${raw.url}`);
  return toEvent(raw, matched);
};

describe('the route of a request', () => {
  test.each([
    ['GET', '/health', 'GET /health', {}],
    ['POST', '/v1/batch', 'POST /v1/batch', {}],
    ['GET', '/v1/users/u1/timing', 'GET /v1/users/{userId}/timing', { userId: 'u1' }],
    ['GET', '/v1/users/a%2Fb/timing', 'GET /v1/users/{userId}/timing', { userId: 'a%2Fb' }],
    ['GET', '/v1/audiences/now', 'GET /v1/audiences/{name}', { name: 'now' }],
  ])('%s %s is %s', (method, path, key, parameters) => {
    const matched = matchRoute(method, path);
    expect(`${matched?.route.method} ${matched?.route.path}`).toBe(key);
    expect(matched?.parameters).toEqual(parameters);
  });

  test.each([
    ['HEAD', '/health'],
    ['PUT', '/v1/batch'],
    ['GET', '/v1/batch'],
    ['POST', '/v1/batch/'],
    ['GET', '/v1//overview'],
    ['GET', '/V1/overview'],
    ['GET', '/v1/users//timing'],
    ['GET', '/v1/users/a/b/timing'],
    ['GET', '/prod/health'],
  ])('%s %s has none', (method, path) => {
    expect(matchRoute(method, path)).toBeUndefined();
  });

  test('a literal segment wins over a parameter in either order', () => {
    const routes: Route[] = [
      { method: 'GET', path: '/a/{x}', function: 'health', scope: 'none' },
      { method: 'GET', path: '/a/b', function: 'health', scope: 'none' },
    ];
    for (const order of [routes, routes.toReversed()])
      expect(matchRoute('GET', '/a/b', order)?.route.path).toBe('/a/b');
  });

  test('every route of the list is found by its own path', () => {
    for (const route of ROUTES) {
      const path = route.path.replace(/\{\w+\}/g, 'x');
      expect(matchRoute(route.method, path)?.route).toBe(route);
    }
  });
});

describe('the event of a request', () => {
  test('has the fields of payload format 2.0', () => {
    expect(eventOf({ url: '/v1/users/u1/timing?day=2026-11-20&fresh=true' })).toEqual({
      version: '2.0',
      routeKey: 'GET /v1/users/{userId}/timing',
      rawPath: '/v1/users/u1/timing',
      rawQueryString: 'day=2026-11-20&fresh=true',
      headers: {
        host: '127.0.0.1:8787',
        'user-agent': 'test/1',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '8787',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { day: '2026-11-20', fresh: 'true' },
      pathParameters: { userId: 'u1' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'local',
        domainName: '127.0.0.1:8787',
        domainPrefix: '127',
        http: {
          method: 'GET',
          path: '/v1/users/u1/timing',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: 'r1',
        routeKey: 'GET /v1/users/{userId}/timing',
        stage: '$default',
        time: '07/Aug/2026:01:37:53 +0000',
        timeEpoch: 1786066673000,
      },
      isBase64Encoded: false,
    });
  });

  test.each([
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['100%25', '100%'],
    ['a+b', 'a+b'],
    ['%F0%9F%9B%92', '🛒'],
    ['~9f2c', '~9f2c'],
  ])('hands over the path parameter %s as %s, and the path decoded', (encoded, decoded) => {
    const event = eventOf({ url: `/v1/users/${encoded}/timing` });
    expect(event.pathParameters).toEqual({ userId: decoded });
    expect(event.rawPath).toBe(`/v1/users/${decoded}/timing`);
  });

  test.each(['%', '%zz', '%ff', '%C3'])('refuses the broken encoding %s', (broken) => {
    expect(() => eventOf({ url: `/v1/users/${broken}/timing` })).toThrow(URIError);
  });

  test('joins repeated headers and query parameters by commas, and keeps cookies apart', () => {
    const event = eventOf({
      url: '/v1/overview?a=1&b=x%20y&a=2',
      rawHeaders: ['X-A', '1', 'x-a', '2', 'Cookie', 'c=1; d=2', 'COOKIE', 'e=3'],
    });
    expect(event.headers).toMatchObject({ 'x-a': '1,2' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.cookies).toEqual(['c=1', 'd=2', 'e=3']);
    expect(event.queryStringParameters).toEqual({ a: '1,2', b: 'x y' });
    expect(event.rawQueryString).toBe('a=1&b=x%20y&a=2');
  });

  test('names such as __proto__ are ordinary ones', () => {
    const event = eventOf({ url: '/v1/overview?__proto__=1', rawHeaders: ['__proto__', 'x'] });
    expect(Object.keys(event.queryStringParameters ?? {})).toEqual(['__proto__']);
  });

  test.each([
    ['application/json', [], false],
    ['application/json; charset=utf-8', [], false],
    ['APPLICATION/JSON', [], false],
    ['text/plain', [], false],
    ['application/xml', [], false],
    ['application/javascript', [], false],
    ['application/json', ['content-encoding', 'gzip'], true],
    ['application/json', ['content-encoding', 'identity'], false],
    ['application/x-www-form-urlencoded', [], true],
    ['application/octet-stream', [], true],
    ['application/vnd.api+json', [], true],
    ['multipart/form-data; boundary=x', [], true],
    [undefined, [], true],
  ])('a body of type %s %j has isBase64Encoded %s', (type, more, base64) => {
    const body = Buffer.from('{"ä":1}');
    const rawHeaders = [...(type ? ['Content-Type', type] : []), ...more];
    const event = eventOf({ method: 'POST', url: '/v1/batch', rawHeaders, body });
    expect(event.isBase64Encoded).toBe(base64);
    expect(Buffer.from(event.body ?? '', base64 ? 'base64' : 'utf8')).toEqual(body);
  });

  test('without a body has none', () => {
    const event = eventOf({ method: 'POST', url: '/v1/batch', rawHeaders: [] });
    expect(event).not.toHaveProperty('body');
    expect(event.isBase64Encoded).toBe(false);
  });
});
