/** A file of actions from its path to actions, row by row: what `import`, `export` and `train` share. */
import { hash } from 'node:crypto';
import { checkColumns, type Mapping, parseMapping, usualMapping } from '../../core/import/mapping.ts';
import { createRowReader, type RowResult } from '../../core/import/row.ts';
import { createRowIds } from '../../core/import/row-ids.ts';
import { parseTypeNames } from '../../core/import/types.ts';
import type { Zone } from '../../core/time.ts';
import { openBytes } from './bytes.ts';
import { openTable } from './table.ts';

export interface FileOptions {
  /** `--map`; absent: the usual column names. */
  map?: string;
  /** `--types` */
  types?: string;
  /** Label of the WHATWG Encoding Standard; absent: told from the bytes. */
  encoding?: string;
}

export interface ActionFile {
  /** Whether an id of the shop's own is mapped. */
  ownIds: boolean;
  /** Every row in its order, with the line where it begins. Can be read once. */
  rows(zone: Zone, now: number): AsyncIterable<{ line: number; result: RowResult }>;
  /** Share of the file that was read, 0 to 1. */
  progress(): number;
  close(): void;
}

/**
 * Opens a file and checks its mapping; nothing of it is read but its beginning.
 * @throws MappingError, Failure
 */
export async function openActions(path: string, options: FileOptions): Promise<ActionFile> {
  const types = parseTypeNames(options.types);
  const given = options.map === undefined ? undefined : parseMapping(options.map);
  const bytes = await openBytes(path, options.encoding);
  try {
    const table = await openTable(bytes.chunks);
    const mapping = given ?? { ...(table.format === 'ndjson' && SPARSE), ...usualMapping(table.columns) };
    checkColumns(table.format === 'csv' ? mapping : needed(mapping), table.columns);
    return {
      ownIds: mapping.id !== undefined,
      async *rows(zone, now) {
        const ids = createRowIds(sha256);
        const read = createRowReader({ mapping, types, zone, ids, now });
        for await (const { line, cells, problem } of table.rows(mapping)) {
          yield { line, result: problem ? { problem } : read(cells) };
        }
      },
      progress: bytes.progress,
      close: bytes.close,
    };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** Objects of NDJSON leave out what is empty: these may come after the rows that were looked at. */
const SPARSE = { category: 'category', quantity: 'quantity', value: 'value' };

function needed({ user, time, type }: Mapping): Mapping {
  return { user, time, type };
}

const sha256 = (text: string): Uint8Array => hash('sha256', text, 'buffer');
