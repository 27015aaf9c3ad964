import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openBytes } from '../../../cli/import/bytes.ts';
import { openTable, type TableRow } from '../../../cli/import/table.ts';
import { Failure } from '../../../local/failure.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-table-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MAP = { user: 'user_id', time: 'timestamp', type: 'type' };

async function read(content: string | Buffer, encoding?: string): Promise<{ columns: string[]; rows: TableRow[] }> {
  const path = join(folder, 'file');
  await writeFile(path, content);
  const bytes = await openBytes(path, encoding);
  const table = await openTable(bytes.chunks);
  const rows: TableRow[] = [];
  for await (const row of table.rows(MAP)) rows.push(row);
  return { columns: table.columns, rows };
}

const cells = (rows: TableRow[]) => rows.map((row) => row.cells);
const PLAIN = 'user_id,timestamp,type\nu1,2024-01-01,view\nü2,2024-01-02,cart\n';
const PLAIN_CELLS = [
  ['u1', '2024-01-01', 'view'],
  ['ü2', '2024-01-02', 'cart'],
];

describe('a file is read by what it holds', () => {
  const SAME: [string, string | Buffer, string?][] = [
    ['UTF-8', PLAIN],
    ['with a byte order mark', `\ufeff${PLAIN}`],
    ['with CRLF', PLAIN.replaceAll('\n', '\r\n')],
    ['with CR alone', PLAIN.replaceAll('\n', '\r')],
    ['without a last line end', PLAIN.trimEnd()],
    ['with line ends mixed', PLAIN.replace('\n', '\r\n')],
    ['with blank lines', `\n${PLAIN.replaceAll('\n', '\n\n')}\n  \n`],
    ['with all in quotes', PLAIN.replace(/[^,\n]+/g, '"$&"')],
    ['with semicolons', PLAIN.replaceAll(',', ';')],
    ['with tabs', PLAIN.replaceAll(',', '\t')],
    ['gzip', gzipSync(PLAIN)],
    ['gzip of two members', Buffer.concat([gzipSync(PLAIN.slice(0, 40)), gzipSync(PLAIN.slice(40))])],
    ['UTF-16 little end first', Buffer.from(`\ufeff${PLAIN}`, 'utf16le')],
    ['UTF-16 big end first', Buffer.from(`\ufeff${PLAIN}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(PLAIN, 'utf16le')],
    ['UTF-16 in gzip', gzipSync(Buffer.from(`\ufeff${PLAIN}`, 'utf16le'))],
    ['Windows-1252 when told', Buffer.from(PLAIN, 'latin1'), 'windows-1252'],
    ['with columns that are not mapped', PLAIN.replaceAll('\n', ',x\n')],
    [
      'NDJSON',
      '{"user_id":"u1","timestamp":"2024-01-01","type":"view"}\n\n {"type":"cart","user_id":"ü2","timestamp":"2024-01-02"}',
    ],
    [
      'NDJSON with CRLF and a mark',
      '\ufeff{"user_id":"u1","timestamp":"2024-01-01","type":"view"}\r\n{"type":"cart","user_id":"ü2","timestamp":"2024-01-02"}\r\n',
    ],
  ];
  test.each(SAME.map(([name, content, encoding]) => ({ name, content, encoding })))('$name', async (file) => {
    const { rows } = await read(file.content, file.encoding);
    expect(cells(rows)).toEqual(PLAIN_CELLS);
  });

  test.each<[string, string | Buffer, string]>([
    ['empty', '', 'is empty'],
    ['only white space', ' \n\n ', 'nothing but white space'],
    ['an empty gzip', gzipSync(''), 'is empty'],
    ['a JSON array', '[{"a":1}]', 'one JSON object a line'],
    ['a zip', Buffer.from('PK\x03\x04rest'), 'Excel'],
    ['Parquet', 'PAR1rest', 'Parquet'],
    ['a gzip that ends in the middle', gzipSync(PLAIN.repeat(5_000)).subarray(0, 300), 'ends in the middle'],
    ['a gzip of noise', Buffer.concat([gzipSync(PLAIN).subarray(0, 10), Buffer.alloc(50, 255)]), 'damaged'],
    ['a quote that is never closed', `${PLAIN}"u3,2024-01-01,view\nu4,2024-01-01,view\n`, 'line 4'],
  ])('%s fails with one clear line', async (_, content, said) => {
    await expect(read(content)).rejects.toThrow(Failure);
    await expect(read(content)).rejects.toThrow(said);
  });

  test('that is not there, or is a folder, is named', async () => {
    await expect(openBytes(join(folder, 'nothing'))).rejects.toThrow('there is no file');
    await expect(openBytes(folder)).rejects.toThrow('is a folder');
  });
});

describe('lines are those of the file', () => {
  test('of a CSV, also after values of several lines', async () => {
    const { rows } = await read(
      'user_id,timestamp,type,note\r\n\r\nu1,a,view,"x\r\ny\r\n"\r\nu2,a,view,"\n\n"\nu3,a\n"u""4",a,view,\n',
    );
    expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
      [3, undefined],
      [6, undefined],
      [9, 'wrong-column-count'],
      [10, undefined],
    ]);
    expect(rows[3]!.cells).toEqual(['u"4', 'a', 'view']);
  });

  test('of an NDJSON, with broken lines in between', async () => {
    const good = '{"user_id":"u","timestamp":"t","type":"view"}';
    const huge = `{"user_id":"${'x'.repeat(5 * 1024 * 1024)}"}`;
    const { rows } = await read([good, '', '{"user_id":', '[1]', 'null', '"text"', huge, good].join('\n'));
    expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
      [1, undefined],
      [3, 'not-json'],
      [4, 'not-json'],
      [5, 'not-json'],
      [6, 'not-json'],
      [7, 'not-json'],
      [8, undefined],
    ]);
  });

  test('counted by an independent reader of quoted CSV give the same', async () => {
    const value = fc.stringMatching(/^[a-z"\n\r, ;é]{0,6}$/);
    const end = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value, end), { maxLength: 20 }), async (records) => {
        let text = 'user_id,timestamp,type\n';
        const expected = records.map(([a, b, lineEnd]) => {
          const line = 1 + (text.match(/\r\n|\r|\n/g)?.length ?? 0);
          const quoted = [a, b, 'view'].map((v) => `"${v.replaceAll('"', '""')}"`);
          text += `${quoted.join(',')}${lineEnd}`;
          return { line, cells: [a, b, 'view'] };
        });
        expect((await read(text)).rows).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('values', () => {
  test('of NDJSON keep numbers exact or are refused', async () => {
    const { rows } = await read(
      [
        '{"user_id":7,"timestamp":1700000000.5,"type":null}',
        '{"user_id":12345678901234567890,"timestamp":true,"type":["view"]}',
        '{"timestamp":{"a":1}}',
      ].join('\n'),
    );
    expect(cells(rows)).toEqual([
      ['7', '1700000000.5', undefined],
      [{ problem: 'inexact-number' }, { problem: 'not-a-value' }, { problem: 'not-a-value' }],
      [undefined, { problem: 'not-a-value' }, undefined],
    ]);
  });

  test('of NDJSON may lie deeper', async () => {
    const path = join(folder, 'deep');
    await writeFile(
      path,
      '{"user_id":"u","properties":{"category":"shoes","a":{"b":1}},"timestamp":"t","__proto__":{}}\n',
    );
    const table = await openTable((await openBytes(path)).chunks);
    expect(table.columns).toEqual(expect.arrayContaining(['properties.category', 'properties.a.b']));
    const rows: TableRow[] = [];
    const deep = { ...MAP, type: 'constructor.name', category: 'properties.category' };
    for await (const row of table.rows(deep)) rows.push(row);
    expect(cells(rows)).toEqual([['u', 't', undefined, 'shoes']]);
  });

  test('of bytes that are not UTF-8 show it', async () => {
    const { rows } = await read(Buffer.from(PLAIN, 'latin1'));
    expect(rows[1]!.cells[0]).toBe('\ufffd2');
  });
});
