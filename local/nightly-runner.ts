/** Runs the nightly steps in this process, as the state machine does in AWS: same handlers, same inputs and retries. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  FinishInput,
  FinishReply,
  LookBackInput,
  LookBackReply,
  PlanInput,
  PlanReply,
  ShardInput,
  ShardReply,
} from '../functions/nightly/messages.ts';
import { NIGHTLY_CONCURRENCY, NIGHTLY_STEPS, type NightlyStep } from '../functions/nightly/steps.ts';

export interface NightlyHandlers {
  plan(input: PlanInput): Promise<PlanReply>;
  'look-back'(input: LookBackInput): Promise<LookBackReply>;
  'score-shard'(input: ShardInput): Promise<ShardReply>;
  finish(input: FinishInput): Promise<FinishReply>;
}

export interface FailedShard {
  shard: number;
  reason: string;
}

export interface NightlyRun {
  plan: PlanReply;
  /** What the shards answered that were scored. */
  shards: ShardReply[];
  /** Shards that failed at every attempt; the others went on. */
  failedShards: FailedShard[];
  finish: FinishReply;
}

export interface NightlyOptions extends PlanInput {
  progress?: (text: string) => void;
  /** Told of every attempt that failed. */
  onFailure?: (step: string, attempt: number, error: unknown) => void;
  /** True: no further shard is begun, and the run ends with `NightlyStopped`; the next one resumes it. */
  stopped?: () => boolean;
  concurrency?: number;
  /** Milliseconds before the second attempt; doubled for each one after it, and spread at random. */
  retryMs?: number;
}

/** The run was stopped between two shards. What was scored is stored. */
export class NightlyStopped extends Error {
  constructor() {
    super('the nightly run was stopped');
    this.name = 'NightlyStopped';
  }
}

/** The handlers from functions/nightly, which find their dependencies by `process.env`. */
export async function loadNightlyHandlers(): Promise<NightlyHandlers> {
  const context = { awsRequestId: randomUUID(), functionName: 'nightly' };
  const load = async (name: NightlyStep['name']) => {
    const module = await import(`../functions/nightly/${name}/index.ts`);
    return (input: unknown) => module.handler(input, context);
  };
  return {
    plan: await load('plan'),
    'look-back': await load('look-back'),
    'score-shard': await load('score-shard'),
    finish: await load('finish'),
  };
}

/** @throws what `plan` or `finish` threw at its last attempt; failing shards are only reported */
export async function runNightly(handlers: NightlyHandlers, options: NightlyOptions = {}): Promise<NightlyRun> {
  const { day, restart, progress = () => {}, stopped = () => false } = options;
  progress('planning the nightly run');
  const plan = await attempt('plan', () => handlers.plan({ day, restart }), options);
  progress('looking back at past days');
  // Without it the run goes on with what an earlier one learned.
  if (plan.shards.length > 0)
    await attempt('look-back', () => handlers['look-back']({ day: plan.day }), options).catch(() => {});
  const shards: ShardReply[] = [];
  const failedShards: FailedShard[] = [];
  const waiting = plan.shards.toReversed();
  const work = async () => {
    for (let shard = waiting.pop(); shard !== undefined && !stopped(); shard = waiting.pop()) {
      const input = { day: plan.day, shard };
      try {
        shards.push(await attempt('score-shard', () => handlers['score-shard'](input), options));
      } catch (error) {
        failedShards.push({ shard, reason: error instanceof Error ? error.message : String(error) });
      }
      progress(`nightly run of ${plan.day}: ${shards.length + failedShards.length} of ${plan.shards.length} shards`);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? NIGHTLY_CONCURRENCY }, work));
  if (stopped()) throw new NightlyStopped();
  const finish = await attempt('finish', () => handlers.finish({ day: plan.day }), options);
  return { plan, shards, failedShards, finish };
}

async function attempt<T>(name: NightlyStep['name'], call: () => Promise<T>, options: NightlyOptions): Promise<T> {
  const step = NIGHTLY_STEPS.find((one) => one.name === name)!;
  for (let number = 1; ; number++) {
    try {
      return await within(step.timeoutSeconds, call());
    } catch (error) {
      options.onFailure?.(name, number, error);
      if (number >= step.attempts || options.stopped?.()) throw error;
      await sleep((options.retryMs ?? 500) * 2 ** (number - 1) * (0.5 + Math.random()));
    }
  }
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const aborted = new AbortController();
  const tooLate = sleep(seconds * 1000, undefined, { signal: aborted.signal }).then(() => {
    throw new Error(`no answer within ${seconds} s`);
  });
  tooLate.catch(() => {});
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    aborted.abort();
  }
}
