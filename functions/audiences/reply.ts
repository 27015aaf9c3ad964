/** What the routes of audiences take and answer; the dashboard imports these types. */
import type { Rule } from '../../core/audiences/rule.ts';
import type { BestHour } from '../../core/events/window-event.ts';
import type { Stage } from '../../core/profiles/stages.ts';
import type { Probabilities } from '../../core/score-rows.ts';
import type { Band } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';

/** Users of an audience on a day. */
export interface AudienceCount {
  day: Day;
  /** Users that lists and downloads hold. */
  count: number;
  /** Users of the audience that are kept out of them. */
  heldOut: number;
}

/** `GET /v1/audiences/{name}` */
export interface AudienceReply extends AudienceCount {
  name: string;
  /** Most probable to buy within 7 days first. */
  users: AudienceMember[];
  /** What to send as `cursor` for the next page; null on the last one. */
  next: string | null;
  /** By day, oldest first; on the first page only. */
  history?: AudienceCount[];
}

export interface AudienceMember {
  /** The pseudonym. */
  user: string;
  /** The shop's own id; only for keys of scope `read:ids` or `admin`. */
  userId?: string;
  probability: Probabilities;
  band: Band;
  stage: Stage;
  silenceDays: number;
  /** Days since the day of the last purchase; null for none. */
  boughtDaysAgo: number | null;
  expected: { date: Day; low: Day; high: Day; within90d: number };
  bestWindow: { from: Day; to: Day; probability: number };
  bestHour: BestHour | null;
}

/** One of `GET /v1/audiences`, and what `POST /v1/audiences` answers. */
export interface AudienceSummary {
  name: string;
  /** `band`: one of the four; `rule`: one of the shop's own. */
  kind: 'band' | 'rule';
  rule?: Rule;
  /** Share of its users that is kept out of lists and downloads, so that lift can be measured. */
  holdout: number;
  /** ISO 8601; absent for bands. */
  createdAt?: string;
  /** As of the latest run; null before the first one, or when the rule waits for the next one. */
  latest: AudienceCount | null;
}

/** `GET /v1/audiences` */
export interface AudiencesReply {
  audiences: AudienceSummary[];
  /** Categories that a rule can name, those of most users first; at most 500. */
  categories: string[];
}

/** Body of `POST /v1/audiences`: 201 with an AudienceSummary. */
export interface AudienceRequest {
  /** 1 to 64 of a-z, 0-9 and `-`; not a band's name. */
  name: string;
  rule: Rule;
  /** 0 (default) to 0.5. */
  holdout?: number;
  /** Without it a name that exists is refused. */
  replace?: boolean;
}

/** `POST /v1/audiences/count` with `{rule}` */
export interface CountReply {
  day: Day;
  /** Users scored that day. */
  users: number;
  /** How many match: exact, or an estimate where `sampled`. */
  count: number;
  /** Whether `count` comes from a sample of `sample` users; done above 100,000. */
  sampled: boolean;
  sample: number;
  /** 95 % interval of the count; both are `count` where it is exact. */
  low: number;
  high: number;
}

/** `GET /v1/audiences/{name}/lift?days=14` */
export interface LiftReply {
  name: string;
  /** Share held out now. */
  holdout: number;
  /** A purchase counts within so many days from the day on which the user came into the audience. */
  days: number;
  /** First and last day on which users came in whose days are over; null for none. */
  from: Day | null;
  to: Day | null;
  treated: LiftGroup;
  heldOut: LiftGroup;
  /** Difference of the rates (treated less held out) with its 95 % interval; null without users on both sides. */
  difference: { value: number; low: number; high: number } | null;
}

export interface LiftGroup {
  users: number;
  buyers: number;
  /** buyers / users with its 95 % interval; null without users. */
  rate: { value: number; low: number; high: number } | null;
}
