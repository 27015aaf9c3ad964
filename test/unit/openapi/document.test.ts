import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { operationsSource } from '../../../client/operations-source.ts';
import type { Contracts } from '../../../functions/openapi/contract.ts';
import { CONTRACTS } from '../../../functions/openapi/contracts.ts';
import { makeDocument, type Operation } from '../../../functions/openapi/document.ts';
import { ROUTES, type Route } from '../../../functions/routes.ts';

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const document = makeDocument();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): [string, Operation] => [
    `${method.toUpperCase()} ${path}`,
    operation,
  ]),
);

describe('the OpenAPI document', () => {
  test('describes every route and no other', () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const missing = routes.filter((route) => !CONTRACTS[route]);
    expect(missing).toEqual([]);
    expect(operations.map(([name]) => name).sort()).toEqual(routes.sort());
  });

  test('is the committed one: `npm run openapi` writes it', () => {
    expect(JSON.parse(file('docs/openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(file('client/operations.ts')).toBe(operationsSource(document));
  });

  test('names an operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(operations)('%s declares each parameter of its path, and a success', (name, operation) => {
    const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path').map((each) => each.name);
    expect(inPath.map((each) => `{${each}}`)).toEqual(name.match(/\{\w+\}/g) ?? []);
    expect(Object.keys(operation.responses).some((status) => /^[23]/.test(status))).toBe(true);
  });

  test.each(operations)('%s asks for a key if its route does', (name, operation) => {
    const scope = ROUTES.find(({ method, path }) => `${method} ${path}` === name)?.scope;
    expect(operation['x-scope']).toBe(scope);
    expect(operation.security.length > 0).toBe(scope !== 'none');
    // A webhook has a signature instead of a key.
    expect('401' in operation.responses).toBe(scope !== 'none' || name.includes('/v1/shopify/'));
  });

  test('refers only to schemas that it holds', () => {
    const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    const names = new Set([...references].map(([, name]) => name));
    expect([...names].filter((name) => !document.components.schemas[name!])).toEqual([]);
  });
});

describe('a document that cannot be made', () => {
  const route: Route = { method: 'GET', path: '/v1/things', function: 'overview', scope: 'read' };
  const replying = (json: z.ZodType): Contracts[string] => ({
    tag: 'Shop',
    summary: 'Things',
    replies: { 200: { description: 'Things.', json } },
  });

  test('names the route that nobody described, and the file to do so', () => {
    expect(() => makeDocument({}, [route])).toThrow('functions/overview/contract.ts does not describe GET /v1/things');
  });

  test('names the contract whose route is gone', () => {
    expect(() => makeDocument({ 'GET /v1/gone': replying(z.string()) }, [])).toThrow('GET /v1/gone');
  });

  test('names two schemas of one name', () => {
    const [one, other] = [z.object({ a: z.string() }), z.object({ b: z.string() })];
    const both = z.object({ one: one.meta({ id: 'Same' }) });
    const contracts = {
      'GET /v1/things': replying(both),
      'POST /v1/things': { ...replying(z.object({ other: other.meta({ id: 'Same' }) })) },
    };
    expect(() => makeDocument(contracts, [route, { ...route, method: 'POST' }])).toThrow('Same');
  });
});
