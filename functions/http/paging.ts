import { Problem } from './problem.ts';

export const MAX_LIMIT = 1_000;

/**
 * `limit` of a list, 1 to 1,000.
 * @throws Problem 400
 */
export function limitOf(query: Record<string, string>, otherwise = 100): number {
  const { limit } = query;
  if (limit === undefined) return otherwise;
  const number = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MAX_LIMIT) return number;
  throw fault('limit', `a whole number from 1 to ${MAX_LIMIT}`);
}

/** A cursor as lists give it: base64url of JSON. */
export function toCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position that `toCursor` made a cursor of; undefined without one.
 * @param kinds the type of each part
 * @throws Problem 400
 */
export function cursorOf<const Kinds extends readonly ('string' | 'number')[]>(
  query: Record<string, string>,
  kinds: Kinds,
): { -readonly [K in keyof Kinds]: Kinds[K] extends 'string' ? string : number } | undefined {
  if (query.cursor === undefined) return undefined;
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(query.cursor, 'base64url').toString('utf8'));
  } catch {
    throw fault('cursor', 'the `next` of an earlier reply');
  }
  const fits =
    Array.isArray(position) &&
    position.length === kinds.length &&
    kinds.every((kind, index) => typeof (position as unknown[])[index] === kind);
  if (!fits) throw fault('cursor', 'the `next` of an earlier reply');
  return position as { -readonly [K in keyof Kinds]: Kinds[K] extends 'string' ? string : number };
}

function fault(name: string, expected: string): Problem {
  return new Problem(400, `bad-${name}`, `${name} must be ${expected}`, {
    errors: [{ pointer: `#/query/${name}`, detail: `must be ${expected}` }],
  });
}
