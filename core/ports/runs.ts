/** Nightly runs. */
import type { Day } from '../time.ts';

export interface RunRecord {
  day: Day;
  /** `plan`, `finish`, or the shard's number with leading zeros. */
  shard: string;
  /** What the step left: counts, versions, statistics. JSON. */
  state: Record<string, unknown>;
}

export interface RunStore {
  get(day: Day, shard: string): Promise<RunRecord | undefined>;
  list(day: Day): Promise<RunRecord[]>;
  put(record: RunRecord): Promise<void>;
  remove(day: Day): Promise<void>;
}
