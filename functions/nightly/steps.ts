/**
 * The steps of the nightly run, declared once: the state machine of the CDK stack and the local runner both read this.
 * `plan` answers `{day, shards: number[]}`; `look-back` learns from past days, and the run goes on without it when it
 * fails; `score-shard` runs once per shard, `concurrency` at a time; `finish` runs after the last one. Every step may be called again with the same input and then does nothing twice.
 */
export interface NightlyStep {
  /** Folder under functions/nightly whose index.ts exports `handler`. */
  name: 'plan' | 'look-back' | 'score-shard' | 'finish';
  /** Runs once, or once for each shard that the plan names. */
  over: 'once' | 'shards';
  attempts: number;
  timeoutSeconds: number;
  memoryMB: number;
}

export const NIGHTLY_STEPS: readonly NightlyStep[] = [
  { name: 'plan', over: 'once', attempts: 3, timeoutSeconds: 300, memoryMB: 1024 },
  { name: 'look-back', over: 'once', attempts: 2, timeoutSeconds: 900, memoryMB: 2048 },
  { name: 'score-shard', over: 'shards', attempts: 3, timeoutSeconds: 900, memoryMB: 1024 },
  { name: 'finish', over: 'once', attempts: 3, timeoutSeconds: 900, memoryMB: 2048 },
];

/** Users whose actions make the shop statistics; more would not change them by much. */
export const SAMPLE = 4_000;
/** So many do where they have that many actions: reading those of 4,000 would take longer than the step may. */
export const BUSY_SAMPLE = { users: 1_000, actions: 4_000_000 } as const;

/** Users of a shard worked on at once: bounds memory. */
export const WAVE = 500;

/** Shards scored at once. */
export const NIGHTLY_CONCURRENCY = 8;

/** The shop's local time of the scheduled run: not at night's clock changes, which skip or repeat hours before it. */
export const NIGHTLY_HOUR = 4;
