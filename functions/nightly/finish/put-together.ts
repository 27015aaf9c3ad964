/** Reads the shards of a run once, and makes of them what the read API shows: lists, the table for rules, ledgers. */
import type { Audience } from '../../../core/audiences/audience.ts';
import { isHeldOut } from '../../../core/audiences/audience.ts';
import { type Ledger, note } from '../../../core/audiences/lift.ts';
import { matches } from '../../../core/audiences/rule.ts';
import { subjectOf } from '../../../core/audiences/subjects.ts';
import { createTableBuilder } from '../../../core/audiences/table.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import type { ScoreRow } from '../../../core/score-rows.ts';
import { BANDS } from '../../../core/scores.ts';
import type { Day } from '../../../core/time.ts';
import { getList, listAudiences, putList } from '../../audiences/kept.ts';
import { concurrently } from '../../concurrently.ts';
import { putTable, removeOtherLists } from '../../runs/audience-files.ts';
import { createListMaker, scoredInto, type Wanted } from '../../runs/audience-lists.ts';
import { getLedger, putLedger } from '../../runs/ledgers.ts';
import { readRows, scoreFile } from '../../runs/score-files.ts';
import type { PlanState, ShardState } from '../state.ts';

const FILES_AT_ONCE = 4;

export interface PutTogether {
  users: number;
  /** P(purchase within 7 days) of every user. */
  p7: Float64Array;
  /** Users by expected day, ascending. */
  expected: { date: Day; count: number }[];
  bands: Record<(typeof BANDS)[number], number>;
}

export async function putTogether(
  deps: { objects: ObjectStore; settings: SettingStore },
  day: Day,
  plan: PlanState,
  shards: ReadonlyMap<number, ShardState>,
  now: number,
): Promise<PutTogether> {
  const { objects, settings } = deps;
  const audiences = await listAudiences(settings);
  const filled = [...shards].filter(([, { activeUsers }]) => activeUsers > 0).sort(([a], [b]) => a - b);
  const users = filled.reduce((sum, [, { activeUsers }]) => sum + activeUsers, 0);
  const wanted = [...BANDS.map(bandWanted), ...audiences.map((audience) => ruleWanted(audience, plan))];
  const lists = createListMaker(wanted, users);
  const table = createTableBuilder(users);
  const ledgers = await openLedgers(objects, audiences, day);
  const dates = new Map<Day, number>();

  let from = 0;
  const places = filled.map(([shard, { activeUsers }]) => {
    const place = { shard, activeUsers, from };
    from += activeUsers;
    return place;
  });
  await concurrently(places, FILES_AT_ONCE, async ({ shard, activeUsers, from }) => {
    const rows = await readRows(objects, scoreFile(day, shard));
    if (rows.length !== activeUsers)
      throw new Error(`the score file of shard ${shard} has ${rows.length} rows, its run counted ${activeUsers}`);
    lists.add(rows, from);
    for (const row of rows) {
      table.add(row);
      dates.set(row.expected, (dates.get(row.expected) ?? 0) + 1);
      for (const each of ledgers) each.see(row);
    }
  });

  const list = String(now);
  const counts = await lists.write(objects, day, list);
  await putTable(objects, day, table.bytes());
  for (const { name, ledger } of ledgers) await putLedger(objects, name, { ...ledger, until: day });
  const kept = new Set([list]);
  for (const { name } of wanted) {
    const before = (await getList(settings, name, day))?.list;
    if (before !== undefined) kept.add(before);
    await putList(settings, name, day, { ...counts.get(name)!, list, before });
  }
  await removeOtherLists(objects, day, kept);
  return {
    users,
    p7: lists.p7,
    expected: [...dates].map(([date, count]) => ({ date, count })).sort((a, b) => (a.date < b.date ? -1 : 1)),
    bands: Object.fromEntries(BANDS.map((band) => [band, counts.get(band)!.count])) as PutTogether['bands'],
  };
}

function bandWanted(band: (typeof BANDS)[number]): Wanted {
  return { name: band, holdout: 0, has: (row) => row.band === band };
}

/** The shards asked the rules that the plan knew; those saved since then are asked here. */
function ruleWanted(audience: Audience, plan: PlanState): Wanted {
  const planned = plan.audiences.some(
    ({ name, createdAt }) => name === audience.name && createdAt === audience.createdAt,
  );
  if (planned) return scoredInto(audience);
  return { ...audience, has: (row) => matches(audience.rule, subjectOf(row)) };
}

/** Ledgers of the audiences with a holdout that no later run has been in. */
async function openLedgers(objects: ObjectStore, audiences: readonly Audience[], day: Day) {
  const open: { name: string; ledger: Ledger; see(row: ScoreRow): void }[] = [];
  for (const audience of audiences) {
    if (audience.holdout === 0) continue;
    const ledger = await getLedger(objects, audience);
    if (ledger.until !== null && ledger.until > day) continue;
    const see = (row: ScoreRow) => {
      const member = matches(audience.rule, subjectOf(row));
      if (!member && !ledger.entries.has(row.user)) return;
      const { user, bought_days: boughtDaysAgo } = row;
      note(ledger, day, { user, boughtDaysAgo, member, heldOut: isHeldOut(user, audience) });
    };
    open.push({ name: audience.name, ledger, see });
  }
  return open;
}
