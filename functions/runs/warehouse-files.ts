/**
 * The nightly export: Parquet files by day and shard, for a warehouse. Not compressed, so that whoever looks for a
 * pseudonym in the bytes of all files finds it here too.
 */
import type { ParquetWriteOptions, SchemaElement } from 'hyparquet-writer';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import type { Day } from '../../core/time.ts';
import { type ColumnType, WAREHOUSE_COLUMNS } from '../../core/warehouse.ts';
import { shardKey } from '../nightly/state.ts';

const TYPES: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  day: { type: 'INT32', converted_type: 'DATE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  integer: { type: 'INT32' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};
const COLUMNS = Object.entries(WAREHOUSE_COLUMNS) as [keyof typeof WAREHOUSE_COLUMNS, ColumnType][];

/** A line of the export, in the values that Parquet keeps. */
type Line = Record<string, unknown>;

export function warehouseFolder(day: Day): string {
  return `warehouse/day=${day}/`;
}

export function warehouseFile(day: Day, shard: number): string {
  return `${warehouseFolder(day)}shard=${shardKey(shard)}.parquet`;
}

export async function putWarehouseRows(objects: ObjectStore, name: string, rows: readonly ScoreRow[]): Promise<void> {
  await objects.put(name, await linesToBytes(rows.map(lineOf)));
}

/**
 * Takes lines out of a file of the export.
 * @returns the file without them, and how many they were
 */
export async function withoutUsers(
  bytes: Uint8Array,
  users: ReadonlySet<string>,
): Promise<{ bytes: Uint8Array; removed: number }> {
  const { parquetReadObjects } = await import('hyparquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const lines: Line[] = await parquetReadObjects({ file });
  const kept = lines.filter(({ user }) => !users.has(String(user)));
  const removed = lines.length - kept.length;
  return { bytes: removed === 0 ? bytes : await linesToBytes(kept), removed };
}

function lineOf(row: ScoreRow): Line {
  return Object.fromEntries(
    COLUMNS.map(([name, type]) => {
      const value = row[name];
      if (value === null) return [name, null];
      if (type === 'json') return [name, JSON.stringify(value)];
      if (type === 'day' || type === 'time') return [name, new Date(value as string)];
      return [name, value];
    }),
  );
}

async function linesToBytes(lines: readonly Line[]): Promise<Uint8Array> {
  // Only the functions that write the export load it.
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const schema: SchemaElement[] = [
    { name: 'root', num_children: COLUMNS.length },
    ...COLUMNS.map(([name, type]): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type] })),
  ];
  const columnData = COLUMNS.map(([name]) => ({ name, data: lines.map((line) => line[name]) }));
  const options: Omit<ParquetWriteOptions, 'writer'> = { columnData, schema, codec: 'UNCOMPRESSED' };
  return new Uint8Array(parquetWriteBuffer(options));
}
