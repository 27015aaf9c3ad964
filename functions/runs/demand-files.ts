/**
 * The files of demand: one a day, and until it is there one a shard. None holds a pseudonym. A shard's may name a
 * category of one user alone, so it is removed as soon as the day's file is there, in which such categories are one.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { DemandOutlook } from '../../core/demand/outlook.ts';
import { type DemandSums, packSums, unpackSums } from '../../core/demand/sums.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { Day } from '../../core/time.ts';
import { demandErrorsSchema, shardKey } from '../nightly/state.ts';

const LEVEL = 1;

function demandFile(day: Day): string {
  return `demand/day=${day}/demand.json.gz`;
}

function shardFile(day: Day, shard: number): string {
  return `demand/day=${day}/shard=${shardKey(shard)}.gz`;
}

export async function putSums(objects: ObjectStore, day: Day, shard: number, sums: DemandSums): Promise<void> {
  await objects.put(shardFile(day, shard), gzipSync(packSums(sums), { level: LEVEL }));
}

/** undefined for a shard that left none, or whose users were erased since. */
export async function getSums(objects: ObjectStore, day: Day, shard: number): Promise<DemandSums | undefined> {
  const bytes = await objects.get(shardFile(day, shard));
  return bytes && unpackSums(new Uint8Array(gunzipSync(bytes)));
}

export async function putDemand(objects: ObjectStore, outlook: DemandOutlook): Promise<void> {
  await objects.put(demandFile(outlook.from), gzipSync(JSON.stringify(outlook)));
}

/** undefined for a day without one. */
export async function getDemand(objects: ObjectStore, day: Day): Promise<DemandOutlook | undefined> {
  const bytes = await objects.get(demandFile(day));
  if (!bytes) return undefined;
  const outlook = JSON.parse(gunzipSync(bytes).toString('utf8')) as DemandOutlook;
  return { ...outlook, errors: demandErrorsSchema.parse(outlook.errors) };
}

/** Removes what the shards of a day left. */
export async function removeSums(objects: ObjectStore, day: Day): Promise<void> {
  for (const name of await objects.list(`demand/day=${day}/shard=`)) await objects.remove(name);
}
