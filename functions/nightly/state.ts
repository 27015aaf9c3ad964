/** What the steps of a nightly run leave in the Runs table, parsed on the way back. */
import * as z from 'zod';
import type { Audience } from '../../core/audiences/audience.ts';
import type { Rule } from '../../core/audiences/rule.ts';
import type { Correction } from '../../core/corrections.ts';
import type { Again } from '../../core/demand/buying-days.ts';
import { USUAL_ERRORS } from '../../core/demand/errors.ts';
import type { PastDemand } from '../../core/demand/past.ts';
import { HORIZONS } from '../../core/model/contract.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { EndedWindows } from '../../core/quality/windows.ts';
import { BANDS } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';
import { outcomeSums } from '../runs/outcomes.ts';

const count = z.number().int().nonnegative();
const bands = z.record(z.enum(BANDS), count);

export const correctionSchema: z.ZodType<Correction> = z.object({
  version: count,
  horizons: z.array(z.object({ days: count, slope: z.number(), intercept: z.number() })),
});

/** The shop's own audiences as they were when the run was planned. */
const audience: z.ZodType<Audience> = z.object({
  name: z.string(),
  rule: z.custom<Rule>((value) => typeof value === 'object' && value !== null),
  holdout: z.number(),
  createdAt: z.string(),
});

/** Categories of the sampled users by their share of all actions with one. */
const categories = z.array(z.object({ category: z.string(), share: z.number() })).default([]);
/** What was stored before errors that last were learned has none. */
export const demandErrorsSchema = z.object({
  day: z.number(),
  lasting: z.number().default(USUAL_ERRORS.lasting),
  category: z.number(),
});
const judged: z.ZodType<EndedWindows[]> = z.array(
  z.object({ day: z.string(), horizons: z.array(z.literal([...HORIZONS])) }),
);
const again: z.ZodType<Again> = z.object({ after: z.array(z.number()), weekday: z.array(z.number()) });

const past: z.ZodType<PastDemand> = z.object({
  after: z.array(z.number()),
  weekday: z.array(z.number()),
  unknown: z.array(z.number()),
  categories: z.array(z.object({ name: z.string(), share: z.number(), units: z.number(), unitsVariance: z.number() })),
  quantityKnown: z.boolean(),
  swing: z.object({
    days: z.array(z.object({ expected: z.number(), variance: z.number(), actual: z.number() })),
    distinct: z.number(),
  }),
});

const plan = z.object({
  /** Rises with every restart; what shards left under a lower one does not count. */
  attempt: count,
  /** Epoch milliseconds. */
  startedAt: z.number(),
  shards: z.array(count),
  /** Shop statistics as of the first instant of the day before. */
  shop: z.array(z.number()),
  /** On how many days the sampled users were there, by hour of the week. */
  hours: z.array(z.number()),
  categories,
  sampledUsers: count,
  /** The latest finished days before this one, latest first: where windows go on from. */
  before: z.array(z.string()),
  /** Forecasts of past runs that this one holds against what happened. */
  judged: judged.default([]),
  /** Whether windows are told of: not by a run of a past day. */
  events: z.boolean(),
  audiences: z.array(audience),
  theta: z.number(),
  modelVersion: z.string(),
  correction: correctionSchema,
  /** Who buys again, for demand: see core/demand/buying-days.ts. */
  again: again.default({ after: new Array(29).fill(0), weekday: new Array(7).fill(1) }),
  /** How far demand was off on past days. */
  demandErrors: demandErrorsSchema.default(USUAL_ERRORS),
  /** Whether the look back has settled the correction. */
  lookedBack: z.boolean().default(false),
});

const shard = z.object({
  attempt: count,
  activeUsers: count,
  modelCalls: count,
  modelRequests: count,
  bands,
  /** Users by P(purchase within 7 days). */
  distribution: z.array(count),
  /** What became of the forecasts of past runs. */
  outcomes: z.array(outcomeSums.extend({ day: z.string(), horizon: count })).default([]),
});

const finish = z.object({
  attempt: count,
  finishedAt: z.number(),
  seconds: z.number(),
  users: count,
  bands,
  distribution: z.array(count),
  /** Percentiles of P(purchase within 7 days), 0th to 100th. */
  quantiles: z.array(z.number()),
  expected: z.array(z.object({ date: z.string(), count })),
  modelCalls: count,
  modelRequests: count,
  failed: count,
  failedShards: z.array(count),
  theta: z.number(),
  modelVersion: z.string(),
  correction: correctionSchema,
  shop: z.array(z.number()),
  hours: z.array(z.number()),
  categories,
});

export type PlanState = z.infer<typeof plan>;
export type ShardState = z.infer<typeof shard>;
export type FinishState = z.infer<typeof finish>;

/** The key of a shard in the Runs table. */
export function shardKey(shard: number): string {
  return String(shard).padStart(3, '0');
}

/** @throws Error when what is stored is not a plan */
export async function getPlan(runs: RunStore, day: Day): Promise<PlanState | undefined> {
  const record = await runs.get(day, 'plan');
  return record && plan.parse(record.state);
}

/** What the plan's sample said of demand. */
export async function getPast(runs: RunStore, day: Day): Promise<PastDemand | undefined> {
  const record = await runs.get(day, 'past');
  return record && past.parse(record.state);
}

export async function putPast(runs: RunStore, day: Day, state: PastDemand): Promise<void> {
  await runs.put({ day, shard: 'past', state: { ...state } });
}

/** @returns undefined for a shard that the plan's attempt has not finished */
export async function getShard(
  runs: RunStore,
  day: Day,
  number: number,
  attempt: number,
): Promise<ShardState | undefined> {
  const record = await runs.get(day, shardKey(number));
  const state = record && shard.parse(record.state);
  return state?.attempt === attempt ? state : undefined;
}

/** The finished shards of an attempt, by number. */
export async function listShards(runs: RunStore, day: Day, attempt: number): Promise<Map<number, ShardState>> {
  const states = new Map<number, ShardState>();
  for (const record of await runs.list(day)) {
    if (!/^\d+$/.test(record.shard)) continue;
    const state = shard.parse(record.state);
    if (state.attempt === attempt) states.set(Number(record.shard), state);
  }
  return states;
}

export async function getFinish(runs: RunStore, day: Day): Promise<FinishState | undefined> {
  const record = await runs.get(day, 'finish');
  return record && finish.parse(record.state);
}
