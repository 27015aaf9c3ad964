/** NDJSON: one object a line. A column is a key, or a path of keys with dots (`properties.category`). */
import { type Cell, cellOfJson } from '../../core/import/cell.ts';
import { type Mapping, mappedFields } from '../../core/import/mapping.ts';
import type { Table, TableRow } from './table.ts';

const NEWLINE = 10;
const LONGEST_LINE = 4 * 1024 * 1024;
/** So many lines are looked at to tell which columns there are. */
const LOOKED_AT = 1_000;
const DEEPEST = 4;

type JsonObject = Record<string, unknown>;

interface Line {
  line: number;
  /** Undefined: not a JSON object. */
  object: JsonObject | undefined;
}

export async function openNdjson(chunks: AsyncIterable<Buffer>): Promise<Table> {
  const lines = objects(chunks);
  const ahead: Line[] = [];
  const columns = new Set<string>();
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    ahead.push(next.value);
    if (next.value.object) for (const name of namesOf(next.value.object, DEEPEST)) columns.add(name);
    if (ahead.length >= LOOKED_AT) break;
  }
  return { format: 'ndjson', columns: [...columns], rows: (mapping) => mapped(ahead, lines, mapping) };
}

async function* mapped(ahead: Line[], lines: AsyncIterable<Line>, mapping: Mapping): AsyncGenerator<TableRow> {
  const read = mappedFields(mapping).map((field) => reader(mapping[field]!));
  const row = ({ line, object }: Line): TableRow =>
    object ? { line, cells: read.map((cell) => cell(object)) } : { line, cells: [], problem: 'not-json' };
  for (const line of ahead.splice(0)) yield row(line);
  for await (const line of lines) yield row(line);
}

function reader(column: string): (object: JsonObject) => Cell {
  const path = column.split('.');
  return (object) => {
    if (Object.hasOwn(object, column)) return cellOfJson(object[column]);
    let value: unknown = object;
    for (const key of path) {
      if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
      value = value[key];
    }
    return cellOfJson(value);
  };
}

function* namesOf(object: JsonObject, depth: number): Generator<string> {
  for (const [key, value] of Object.entries(object)) {
    if (!isObject(value)) yield key;
    else if (depth > 1) for (const name of namesOf(value, depth - 1)) yield `${key}.${name}`;
  }
}

async function* objects(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let line = 0;
  for await (const bytes of linesOf(chunks)) {
    line++;
    const text = bytes?.toString('utf8').trim();
    if (text !== '') yield { line, object: text === undefined ? undefined : parsed(text) };
  }
}

/** Lines without their end; undefined for one that is too long to hold. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let held: Buffer[] = [];
  let length = 0;
  const take = (last: Buffer): Buffer | undefined => {
    const line = length + last.length > LONGEST_LINE ? undefined : Buffer.concat([...held, last]);
    held = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield take(chunk.subarray(start, end));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (length <= LONGEST_LINE) held.push(rest);
    else held = [];
  }
  if (length > 0) yield take(Buffer.alloc(0));
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
