/** `GET /v1/openapi.json` and `GET /docs`: both made once per process, without touching the store. */
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { makeDocument, type OpenApiDocument } from './document.ts';
import { docsPage, STYLE } from './page.ts';

export function createHandler(
  make: () => OpenApiDocument = makeDocument,
): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  let made: { json: string; page: string } | undefined;
  // The page holds no script, and no style but its own.
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return async ({ routeKey }) => {
    if (!made) {
      const document = make();
      made = { json: JSON.stringify(document), page: docsPage(document) };
    }
    const headers = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
    if (routeKey !== 'GET /docs') {
      return { statusCode: 200, headers: { ...headers, 'content-type': 'application/json' }, body: made.json };
    }
    return {
      statusCode: 200,
      headers: {
        ...headers,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'referrer-policy': 'no-referrer',
      },
      body: made.page,
    };
  };
}
