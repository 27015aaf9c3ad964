import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { ApiRequest } from '../../../functions/http/api.ts';
import { dayQuery, limitQuery } from '../../../functions/http/schemas.ts';
import { parseBody, parseQuery } from '../../../functions/http/validate.ts';

const schema = z.object({
  day: dayQuery,
  limit: limitQuery,
  share: z.number().optional(),
  fresh: z.boolean({ error: 'must be true or false' }).optional(),
});
const query = (values: Record<string, string>) => parseQuery({ query: values } as unknown as ApiRequest, schema);
const body = (text: string, of: z.ZodType) => parseBody({ body: Buffer.from(text) } as ApiRequest, of);

describe('a query', () => {
  test('is read with numbers and booleans from their text, and with what is left out', () => {
    expect(query({ day: '2026-02-28', limit: '25', share: '-0.5', fresh: 'true', other: 'x' })).toEqual({
      day: '2026-02-28',
      limit: 25,
      share: -0.5,
      fresh: true,
    });
    expect(query({})).toEqual({ limit: 100 });
  });

  test.each([
    ['day', '2026-02-30', 'must be a day that exists: YYYY-MM-DD'],
    ['day', '', 'must be a day that exists: YYYY-MM-DD'],
    ['limit', '0', 'must be a whole number from 1 to 1000'],
    ['limit', '1001', 'must be a whole number from 1 to 1000'],
    ['limit', '1e2', 'must be a whole number from 1 to 1000'],
    ['limit', ' 5', 'must be a whole number from 1 to 1000'],
    ['limit', '2.5', 'must be a whole number from 1 to 1000'],
    ['limit', '', 'must be a whole number from 1 to 1000'],
    ['fresh', 'True', 'must be true or false'],
    ['fresh', '1', 'must be true or false'],
  ])('with %s=%j is refused by name', (name, value, remedy) => {
    expect(() => query({ [name]: value })).toThrow(
      expect.objectContaining({
        status: 400,
        type: `bad-${name}`,
        detail: `${name} ${remedy}`,
        extra: { errors: [{ pointer: `#/query/${name}`, detail: remedy }] },
      }),
    );
  });

  test('tells everything that is wrong at once', () => {
    expect(() => query({ day: 'x', limit: '0' })).toThrow(
      expect.objectContaining({
        extra: { errors: [expect.objectContaining({ pointer: '#/query/day' }), expect.anything()] },
      }),
    );
  });
});

describe('a body', () => {
  const rule = z.strictObject({ name: z.string(), all: z.array(z.object({ 'a/b': z.int() })) });

  test('is read', () => {
    expect(body('{"name":"x","all":[{"a/b":1}]}', rule)).toEqual({ name: 'x', all: [{ 'a/b': 1 }] });
  });

  test.each([
    ['{"name":1,"all":[]}', 'bad-name', '#/name'],
    ['{"name":"x","all":[{"a/b":1.5}]}', 'bad-all', '#/all/0/a~1b'],
    ['{"name":"x","all":[],"more":1}', 'bad-body', '#'],
    ['[]', 'bad-body', '#'],
  ])('%s is refused as %s at %s', (text, type, pointer) => {
    expect(() => body(text, rule)).toThrow(
      expect.objectContaining({ status: 400, type, extra: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });

  test('that is no JSON is refused without being quoted', () => {
    expect(() => body('{secret', rule)).toThrow(expect.objectContaining({ type: 'unreadable-body' }));
  });
});
