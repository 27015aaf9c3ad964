/** Imports a file window by window and counts exactly. */
import { hash } from 'node:crypto';
import { createHashCounts } from '../../core/import/hash-counts.ts';
import { isReject, type RowAction } from '../../core/import/row.ts';
import { WINDOW_ROWS } from '../../core/import/window.ts';
import type { Day, Zone } from '../../core/time.ts';
import type { Rejects } from './rejects.ts';
import type { ActionFile } from './rows.ts';

export interface ImportSummary {
  /** Rows of the file: accepted + duplicates + rejected. */
  read: number;
  accepted: number;
  /** Rows whose id was stored before, or came before in the file. */
  duplicates: number;
  rejected: number;
  /** Users, first and last day of the rows that were not rejected. */
  users: number;
  firstDay: Day | null;
  lastDay: Day | null;
  seconds: number;
}

export interface WindowWriter {
  /** `refused`: rows that what was written to did not take. */
  write(rows: readonly RowAction[]): Promise<{ accepted: number; duplicates: number; refused?: RowAction[] }>;
}

export interface ImportOptions {
  file: ActionFile;
  zone: Zone;
  /** Epoch milliseconds. */
  clock: () => number;
  writer: WindowWriter;
  rejects: Rejects;
  progress: (text: string) => void;
}

export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const { file, zone, clock, writer, rejects, progress } = options;
  const start = clock();
  const users = createHashCounts();
  const sum = { read: 0, accepted: 0, duplicates: 0, rejected: 0 };
  let first: Day | null = null;
  let last: Day | null = null;
  let rows: RowAction[] = [];
  let lines = new Map<RowAction, number>();

  const flush = async () => {
    const { accepted, duplicates, refused = [] } = await writer.write(rows);
    sum.accepted += accepted;
    sum.duplicates += duplicates;
    for (const row of refused) await reject(lines.get(row)!, { problem: 'refused' });
    rows = [];
    lines = new Map();
  };
  const reject = async (line: number, reason: Parameters<Rejects['add']>[1]) => {
    sum.rejected++;
    await rejects.add(line, reason);
  };

  for await (const { line, result } of file.rows(zone, start)) {
    sum.read++;
    if (result === 'repeated') sum.duplicates++;
    else if (isReject(result)) await reject(line, result);
    else {
      const day = zone.dayOf(result.action.at);
      if (first === null || day < first) first = day;
      if (last === null || day > last) last = day;
      const digest = hash('sha256', result.user, 'buffer');
      users.add(digest.readUInt32BE(0), digest.readUInt32BE(4));
      rows.push(result);
      lines.set(result, line);
    }
    if (sum.read % 1_000 === 0) progress(progressText(sum.read, file.progress()));
    // Counted in rows of the file, whatever became of them: a row that is mended later moves no other's window.
    if (sum.read % WINDOW_ROWS === 0) await flush();
  }
  await flush();
  return { ...sum, users: users.size, firstDay: first, lastDay: last, seconds: (clock() - start) / 1000 };
}

function progressText(read: number, share: number): string {
  return `${read.toLocaleString('en-US')} rows read, ${Math.floor(share * 100)} % of the file`;
}
