import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeDocument, type OpenApiDocument } from '../../../functions/openapi/document.ts';
import { createHandler } from '../../../functions/openapi/handler.ts';

const ask = (routeKey: string, make?: () => OpenApiDocument) =>
  createHandler(make)({ routeKey } as APIGatewayProxyEventV2);

describe('the API about itself', () => {
  test('answers the document', async () => {
    const { statusCode, headers, body = '' } = await ask('GET /v1/openapi.json');
    expect([statusCode, headers?.['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(makeDocument())));
  });

  test('answers a page that holds every route and type, and loads nothing', async () => {
    const { headers, body = '' } = await ask('GET /docs');
    expect(headers?.['content-type']).toBe('text/html; charset=utf-8');
    expect(headers?.['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    const { paths, components } = makeDocument();
    for (const methods of Object.values(paths))
      for (const { operationId } of Object.values(methods)) {
        expect(body).toContain(`<article id="${operationId}">`);
        expect(body).toContain(`href="#${operationId}"`);
      }
    for (const name of Object.keys(components.schemas)) expect(body).toContain(`id="type-${name}"`);
    expect(body).not.toMatch(/<script|<link|<img|src=|@import|url\(/i);
  });

  test('links each type that it names', async () => {
    const { body = '' } = await ask('GET /docs');
    const anchors = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
    expect(links.filter((id) => !anchors.has(id))).toEqual([]);
    expect(body).toContain('<a href="#type-Band">Band</a>');
  });

  test('writes what a description says as text', async () => {
    const document = makeDocument();
    document.info.description = '<b>bold</b> & `code`';
    const { body } = await ask('GET /docs', () => document);
    expect(body).toContain('&lt;b&gt;bold&lt;/b&gt; &amp; <code>code</code>');
  });
});
