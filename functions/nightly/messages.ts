/** What goes into and comes out of each step of the nightly run: JSON, so that Step Functions can carry it. */
import type { Day } from '../../core/time.ts';

export interface PlanInput {
  /** Absent: today in the shop's time zone. The day itself is excluded from what is known. */
  day?: Day;
  /** Make a new plan and score every shard again. */
  restart?: boolean;
}

export interface PlanReply {
  day: Day;
  shards: number[];
  /** Those of them that no earlier call of the same run has scored. */
  missing: number[];
  modelVersion: string;
}

export interface LookBackInput {
  day: Day;
}

export interface LookBackReply {
  day: Day;
  /** Version of the correction that the run uses; 0: none. */
  correction: number;
  /** Forecasts of past days that the model was asked for; 0 where a correction of the last week is used. */
  forecasts: number;
}

export interface ShardInput {
  day: Day;
  shard: number;
}

export interface ShardReply {
  day: Day;
  shard: number;
  /** Users of the shard that are active as of the day: scored now or before. */
  activeUsers: number;
  /** Users scored by this call. */
  scored: number;
  /** Users that an earlier call of the same run scored. */
  alreadyScored: number;
  /** Users whose forecast the model made anew in this call. */
  modelCalls: number;
  /** Requests these took: users travel in batches. */
  modelRequests: number;
}

export interface FinishInput {
  day: Day;
}

/** Totals of the whole run, over every call it took. */
export interface FinishReply {
  day: Day;
  activeUsers: number;
  modelCalls: number;
  modelRequests: number;
  scored: number;
  /** Users (by the index) of the shards that no call finished. */
  failed: number;
  failedShards: number[];
  /** From plan to finish. */
  seconds: number;
  modelVersion: string;
}
