/** What the shards of a nightly run leave, made up: score files of as many users as a bench wants. */
import { USUAL_ERRORS } from '../../core/demand/errors.ts';
import { contentHash } from '../../core/hash.ts';
import { WEEK_HOURS } from '../../core/profiles/hours.ts';
import { STAGES } from '../../core/profiles/stages.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import { bandOf } from '../../core/scores.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { createRandom } from '../../core/simulation/random.ts';
import { SHARDS } from '../../core/tables.ts';
import type { Day } from '../../core/time.ts';
import { type PlanState, type ShardState, shardKey } from '../../functions/nightly/state.ts';
import { putRows, scoreFile } from '../../functions/runs/score-files.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { rowWith } from '../support/score-rows.ts';

const CATEGORIES = Array.from({ length: 40 }, (_, i) => `category-${i}`);

/** Users are spread evenly over the shards. */
export function pseudonymOf(user: number): string {
  const name = contentHash(`user ${user}`).padEnd(64, '0').slice(0, 64);
  return `${(user % SHARDS).toString(16).padStart(2, '0')}${name.slice(2)}`;
}

/** What the shards of a run leave: their files, and their states. */
export async function leaveShards(deps: Dependencies, users: number, day: Day): Promise<void> {
  const random = createRandom(1, 0x617564);
  const all: ScoreRow[][] = Array.from({ length: SHARDS }, () => []);
  for (let user = 0; user < users; user++) {
    const p30 = random.next() ** 2;
    const [p1, p3, p7, p14] = [p30 / 20, p30 / 8, p30 / 3, p30 / 1.6] as const;
    const p = { p_1d: p1, p_3d: p3, p_7d: p7, p_14d: p14, p_30d: p30 };
    const silence = random.integer(0, 60);
    const next = [0, 1, 2, 3, 4].map(() => CATEGORIES[random.integer(0, CATEGORIES.length - 1)]!);
    all[user % SHARDS]!.push(
      rowWith({
        user: pseudonymOf(user),
        ...p,
        band: bandOf([p1, p3, p7, p14, p30], 0.1),
        stage: STAGES[random.integer(0, STAGES.length - 1)]!,
        silence_days: silence,
        bought_days: random.chance(0.6) ? silence + 1 + random.integer(0, 90) : null,
        consent_marketing: random.chance(0.5),
        next_categories: [...new Set(next)].map((text, i) => ({ text, p: 0.3 / (i + 1) })),
      }),
    );
  }
  const shards = all.flatMap((rows, shard) => (rows.length > 0 ? [shard] : []));
  const correction = { version: 0, horizons: [] };
  const plan: PlanState = {
    ...{ attempt: 1, startedAt: deps.clock(), shards, shop: SHOP_STATISTICS.map(() => 0), sampledUsers: 0 },
    ...{ hours: new Array(WEEK_HOURS).fill(0), categories: [], before: [], events: false, audiences: [] },
    ...{ theta: 0.1, modelVersion: 'v', correction, lookedBack: true, judged: [] },
    ...{ again: { after: new Array(29).fill(0), weekday: new Array(7).fill(1) }, demandErrors: USUAL_ERRORS },
  };
  await deps.runs.put({ day, shard: 'plan', state: plan });
  for (const shard of shards) {
    const rows = all[shard]!.sort((a, b) => (a.user < b.user ? -1 : 1));
    await putRows(deps.objects, scoreFile(day, shard), rows);
    const state: ShardState = {
      ...{ attempt: 1, activeUsers: rows.length, modelCalls: 0, modelRequests: 0 },
      bands: { now: 0, soon: 0, later: 0, unlikely: 0 },
      distribution: new Array(1000).fill(0),
      outcomes: [],
    };
    await deps.runs.put({ day, shard: shardKey(shard), state });
  }
}
