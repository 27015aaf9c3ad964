/** Reads a request by its route's schemas; what does not fit is answered with the field and the remedy. */
import type * as z from 'zod';
import type { ApiRequest } from './api.ts';
import { readJson } from './json.ts';
import { Problem } from './problem.ts';

/**
 * The query as its schema says, numbers and booleans read from their text. Names it does not know are ignored.
 * @throws Problem 400 `bad-NAME` for the first that does not fit; `errors` names all
 */
export function parseQuery<Schema extends z.ZodObject>(request: ApiRequest, schema: Schema): z.infer<Schema> {
  const given = Object.fromEntries(
    Object.entries(request.query).map(([name, text]) => [name, fromText(text, schema.shape[name])]),
  );
  return parsed(schema, given, 'query');
}

/**
 * The body, JSON, as its schema says.
 * @throws Problem 400 `unreadable-body` or `bad-NAME`
 */
export function parseBody<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.infer<Schema> {
  return parsed(schema, readJson(request), '');
}

function parsed<Schema extends z.ZodType>(schema: Schema, given: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    pointer: `#${[where, ...path]
      .filter((part) => part !== '')
      .map((part) => `/${escaped(String(part))}`)
      .join('')}`,
    detail: message,
  }));
  const [first] = result.error.issues;
  const name = String(first?.path[0] ?? 'body');
  throw new Problem(400, `bad-${name}`, `${first?.path.join('.') || 'the body'} ${first?.message}`, { errors });
}

/** RFC 6901 */
function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function fromText(text: string, field: z.ZodType | undefined): unknown {
  switch (typeOf(field)) {
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}

function typeOf(field: z.ZodType | undefined): string | undefined {
  const { type, innerType } = (field?.def ?? {}) as { type?: string; innerType?: z.ZodType };
  return innerType ? typeOf(innerType) : type;
}
