/** The files that a nightly run leaves in the object store: scores by shard (audiences: audience-files.ts). */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import type { Day } from '../../core/time.ts';
import { shardKey } from '../nightly/state.ts';

export function scoreFile(day: Day, shard: number): string {
  return `scores/day=${day}/shard=${shardKey(shard)}.ndjson.gz`;
}

export async function putRows(objects: ObjectStore, name: string, rows: readonly ScoreRow[]): Promise<void> {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await objects.put(name, gzipSync(text));
}

/** The rows of a score file; none when there is no such file. */
export async function readRows(objects: ObjectStore, name: string): Promise<ScoreRow[]> {
  return (await readText(objects, name))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ScoreRow => JSON.parse(line));
}

/** One user's row of a file, without parsing the others. */
export async function findRow(objects: ObjectStore, name: string, user: string): Promise<ScoreRow | undefined> {
  const text = await readText(objects, name);
  const start = text.indexOf(`{"user":"${user}"`);
  return start < 0 ? undefined : JSON.parse(text.slice(start, text.indexOf('\n', start)));
}

async function readText(objects: ObjectStore, name: string): Promise<string> {
  const bytes = await objects.get(name);
  return bytes ? gunzipSync(bytes).toString('utf8') : '';
}
