/** Rows of a CSV or NDJSON file by their mapped columns. */
import type { Cell, RowProblem } from '../../core/import/cell.ts';
import type { Mapping } from '../../core/import/mapping.ts';
import { Failure } from '../../local/failure.ts';
import { openCsv } from './csv.ts';
import { openNdjson } from './ndjson.ts';

export interface TableRow {
  /** Line of the file where the row begins; the first line is 1. */
  line: number;
  /** The mapped columns in the order of `mappedFields`. */
  cells: Cell[];
  /** Set when the row as a whole cannot be read. */
  problem?: RowProblem;
}

export interface Table {
  columns: string[];
  /** Default mapping and check of the columns differ: an object of NDJSON may leave out what is empty. */
  format: 'csv' | 'ndjson';
  rows(mapping: Mapping): AsyncIterable<TableRow>;
}

/** Tells CSV from NDJSON by the first character that is no white space. */
export async function openTable(chunks: AsyncIterable<Buffer>): Promise<Table> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let start = '';
  while (start === '') {
    const next = await iterator.next();
    if (next.done) throw new Failure('the file holds nothing but white space');
    head.push(next.value);
    start = next.value.toString('utf8').trimStart().slice(0, 1);
  }
  if (start === '[') throw new Failure('the file is one JSON array', 'write one JSON object a line (NDJSON)');
  const all = resumed(head, iterator);
  return start === '{' ? openNdjson(all) : openCsv(all, Buffer.concat(head));
}

async function* resumed(head: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
