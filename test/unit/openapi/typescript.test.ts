import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { typeOf } from '../../../functions/openapi/typescript.ts';

const ts = (schema: z.ZodType) => typeOf(z.toJSONSchema(schema) as Record<string, unknown>);

describe('a schema as TypeScript', () => {
  test.each<[z.ZodType, string]>([
    [z.string(), 'string'],
    [z.int(), 'number'],
    [z.boolean(), 'boolean'],
    [z.string().nullable(), 'string | null'],
    [z.enum(['a', "it's"]), `"a" | "it's"`],
    [z.literal(true), 'true'],
    [z.array(z.string()), 'string[]'],
    [z.array(z.union([z.string(), z.null()])), '(string | null)[]'],
    [z.tuple([z.string(), z.number()]), '[string, number]'],
    [z.record(z.string(), z.number()), 'Record<string, number>'],
    [z.unknown(), 'unknown'],
    [z.object({ a: z.string(), b: z.number().optional() }), '{\n  a: string;\n  b?: number;\n}'],
    [z.object({ '7d': z.number() }), "{\n  '7d': number;\n}"],
    [z.looseObject({ a: z.string() }), '{\n  a: string;\n  [name: string]: unknown;\n}'],
    [z.array(z.object({ a: z.int() })), '{\n  a: number;\n}[]'],
  ])('%#', (schema, expected) => {
    expect(ts(schema)).toBe(expected);
  });

  test('comments a member by its description, which cannot end the comment', () => {
    const text = ts(z.object({ a: z.string().meta({ description: 'ends */ here' }) }));
    expect(text).toContain('/** ends *\u200b/ here */');
  });
});
