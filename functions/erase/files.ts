/**
 * Removes the lines of users from every file of the object store. A file is read once for all users, and written again
 * only if it holds one of them; the files of shards that none of them is in are not read.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Place } from '../../core/erasure/ports.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import { concurrently } from '../concurrently.ts';
import { tableFile } from '../runs/audience-files.ts';
import { withoutUsers } from '../runs/warehouse-files.ts';

/** Models are made from sequences without users, as training data hold them; the health check writes nothing of anyone. */
export const FOLDERS_WITHOUT_USERS = ['models', 'training', 'training-code', 'health'];

const FILES_AT_ONCE = 8;
/** Sums of a shard's users while a run is not finished: they name nobody, but may name a category of one user alone. */
const SUMS_FILE = /^demand\/day=[^/]+\/shard=(\d+)\./;
const SHARD_FILE = /^(?:scores|warehouse)\/day=(\d{4}-\d{2}-\d{2})\/shard=(\d+)\./;
const DAY = /\/day=(\d{4}-\d{2}-\d{2})\//;
const PSEUDONYM = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

export function createFilePlace(deps: { objects: ObjectStore; runs: RunStore }): Place {
  return {
    name: 'files',
    async remove(users) {
      const shards = new Set([...users].map((user) => Number.parseInt(user.slice(0, 2), 16)));
      const names = (await deps.objects.list('')).filter((name) => mayHold(name, shards));
      const removed = await concurrently(names, FILES_AT_ONCE, (name) => removeFrom(deps, name, users));
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

function mayHold(name: string, shards: ReadonlySet<number>): boolean {
  const shard = SHARD_FILE.exec(name)?.[2] ?? SUMS_FILE.exec(name)?.[1];
  if (shard !== undefined) return shards.has(Number(shard));
  return !FOLDERS_WITHOUT_USERS.includes(name.slice(0, name.indexOf('/')));
}

async function removeFrom(
  { objects, runs }: { objects: ObjectStore; runs: RunStore },
  name: string,
  users: ReadonlySet<string>,
): Promise<number> {
  if (SUMS_FILE.test(name)) {
    await objects.remove(name);
    return 0;
  }
  const stored = await objects.get(name);
  if (!stored) return 0;
  if (name.endsWith('.parquet')) {
    const { bytes, removed } = await withoutUsers(stored, users);
    if (removed > 0) await objects.put(name, bytes);
    return removed;
  }
  const zipped = stored[0] === 0x1f && stored[1] === 0x8b;
  const text = Buffer.from(zipped ? gunzipSync(stored) : stored).toString('latin1');
  const lines = text.split('\n');
  const isOf = (line: string) => line.match(PSEUDONYM)?.some((found) => users.has(found)) ?? false;
  let removed = 0;
  const kept = lines.flatMap((line) => {
    if (!isOf(line)) return [line];
    removed++;
    // Pages of audiences are read by the place of a line.
    return name.startsWith('audiences/') ? [''] : [];
  });
  if (removed === 0) return 0;
  const dayOfFile = DAY.exec(name)?.[1];
  // It names nobody, but categories, which may be one user's alone. The next run makes another.
  if (dayOfFile) await objects.remove(tableFile(dayOfFile));
  const [, day, shard] = SHARD_FILE.exec(name) ?? [];
  // Before the file: a run's last step, done again, wants as many rows as the shard counted.
  if (day && shard) await noteRows(runs, day, shard, kept.filter((line) => line !== '').length);
  const bytes = Buffer.from(kept.join('\n'), 'latin1');
  await objects.put(name, zipped ? gzipSync(bytes) : bytes);
  return removed;
}

async function noteRows(runs: RunStore, day: string, shard: string, rows: number): Promise<void> {
  const record = await runs.get(day, shard);
  if (record) await runs.put({ ...record, state: { ...record.state, activeUsers: rows } });
}
