/** CSV as RFC 4180 has it, and as files really are: other delimiters, mixed line ends, stray quotes. */
import { pipeline, type Transform } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { type Mapping, mappedFields } from '../../core/import/mapping.ts';
import { Failure } from '../../local/failure.ts';
import type { Table, TableRow } from './table.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** A longer row is a quote that is never closed. Bytes. */
const LONGEST_ROW = 4 * 1024 * 1024;

interface NumberedRecord {
  line: number;
  record: string[];
}

/** @param head the first bytes of the file, enough to hold its header */
export async function openCsv(chunks: AsyncIterable<Buffer>, head: Buffer): Promise<Table> {
  let line = 1;
  const parser: Transform = parse({
    delimiter: delimiterOf(head.toString('utf8')),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_ROW,
    // The parser's own count of lines takes a CRLF inside quotes for two.
    on_record: ((record: string[]): NumberedRecord => {
      const numbered = { line, record };
      line += 1 + lineBreaks(record);
      return numbered;
      // The parser's types know other results only for rows made into objects.
    }) as unknown as Options['on_record'],
  });
  pipeline(chunks, parser, () => {
    // What went wrong reaches the reader as an error of `parser`.
  });
  const records = readable(parser, () => line);
  const header = await records.next();
  const columns = header.done ? [] : header.value.record.map((name) => name.trim());
  return { format: 'csv', columns, rows: (mapping) => mapped(records, columns, mapping) };
}

async function* readable(parser: Transform, line: () => number): AsyncGenerator<NumberedRecord> {
  try {
    for await (const record of parser) {
      if (!isBlank(record.record)) yield record;
    }
  } catch (error) {
    if (error instanceof CsvError) {
      throw new Failure(
        `the row that begins at line ${line()} never ends: a quote is opened there and not closed`,
        'mend that line and import again; what is stored already is not stored twice',
      );
    }
    throw error;
  }
}

async function* mapped(
  records: AsyncIterable<NumberedRecord>,
  columns: readonly string[],
  mapping: Mapping,
): AsyncGenerator<TableRow> {
  const indexes = mappedFields(mapping).map((field) => columns.indexOf(mapping[field]!));
  for await (const { line, record } of records) {
    if (record.length === columns.length) yield { line, cells: indexes.map((index) => record[index]) };
    else yield { line, cells: [], problem: 'wrong-column-count' };
  }
}

function isBlank(record: string[]): boolean {
  return record.length === 1 && record[0]!.trim() === '';
}

/** The delimiter that stands most often in the first line, outside quotes. */
function delimiterOf(head: string): string {
  const found = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const character of head.trimStart()) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && found.has(character)) found.set(character, found.get(character)! + 1);
  }
  return DELIMITERS.reduce((best, next) => (found.get(next)! > found.get(best)! ? next : best));
}

function lineBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const value of record) {
    if (value.includes('\n') || value.includes('\r')) breaks += value.match(/\r\n|\n|\r/g)!.length;
  }
  return breaks;
}
