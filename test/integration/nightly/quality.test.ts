import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { storeBundle } from '../../../adapters/bundles.ts';
import { measure } from '../../../core/evaluation.ts';
import { merge } from '../../../core/identity/merge.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import type { ScoreRow } from '../../../core/score-rows.ts';
import { BANDS } from '../../../core/scores.ts';
import { createRandom } from '../../../core/simulation/random.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { createFilePlace } from '../../../functions/erase/files.ts';
import { promote, rollBack } from '../../../functions/promotion/live-model.ts';
import { type QualityReply, qualityReply } from '../../../functions/quality/contract.ts';
import { createHandler as createQuality } from '../../../functions/quality/handler.ts';
import type { Dependencies } from '../../../functions/wiring.ts';
import { ADMIN_KEY, BUNDLE, openShop, type TestShop } from '../../support/shop.ts';
import { variantBundle } from '../../support/variant.ts';

const FIRST = '2026-03-01';
const night = (n: number) => addDays(FIRST, n);

/** Every action that was sent, apart from the store: the outcomes are counted from it. */
interface Log {
  shop: TestShop;
  /** Days of purchases by pseudonym. */
  purchases: Map<string, Day[]>;
  act(userId: string, day: Day, word: string): Promise<string>;
}

function logOf(shop: TestShop): Log {
  const purchases = new Map<string, Day[]>();
  return {
    shop,
    purchases,
    async act(userId, day, word) {
      const user = await shop.act(userId, [`${day}T10:00:00Z`, word]);
      if (word.startsWith('purchase')) purchases.set(user, [...(purchases.get(user) ?? []), day]);
      return user;
    },
  };
}

/** 40 users who come on about every third day from 60 days before the first night on, until the third week. */
async function liveShop(log: Log): Promise<void> {
  const random = createRandom(7);
  for (let user = 0; user < 40; user++)
    for (let day = -60; day < 20; day++)
      if (random.chance(user % 4 === 0 ? 0.05 : 0.3))
        await log.act(`user-${user}`, night(day), random.chance(0.3) ? 'purchase:shoes' : 'view:shoes');
  // Came once, long ago: who falls silent in these weeks.
  for (let user = 0; user < 8; user++) await log.act(`old-${user}`, night(-88 + user), 'view:hats');
}

async function quality(deps: Dependencies): Promise<QualityReply> {
  const event = {
    routeKey: 'GET /v1/quality',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    requestContext: { requestId: 'test' },
  } as unknown as APIGatewayProxyEventV2;
  const { statusCode, body = '' } = await createQuality(deps)(event);
  expect(statusCode).toBe(200);
  const reply = JSON.parse(body);
  // What the document promises, and nothing that it does not know.
  expect(qualityReply.parse(reply)).toEqual(reply);
  return reply;
}

const live = async ({ deps }: TestShop) => (await quality(deps)).live!;
const told = ({ runs }: Awaited<ReturnType<typeof live>>) =>
  runs.flatMap(({ day, horizons }) => horizons.map(({ horizon }) => `${day} ${horizon}`));

interface Case {
  p: number;
  bought: boolean;
  row: ScoreRow;
}

/** The cases of a run and horizon, from its score file and the log alone. */
async function casesOf({ shop, purchases }: Log, day: Day, horizon: number, but: string[] = []): Promise<Case[]> {
  const rows = [...(await shop.scores(day)).values()].filter(({ user }) => !but.includes(user));
  const end = addDays(day, horizon);
  return rows.map((row) => ({
    p: row[`p_${horizon}d` as 'p_1d'],
    bought: (purchases.get(row.user) ?? []).some((bought) => bought >= day && bought < end),
    row,
  }));
}

const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);

function expectRun(shown: QualityReply['live'], day: Day, horizon: number, cases: Case[]): void {
  const found = shown!.runs.find((run) => run.day === day)!.horizons.find((each) => each.horizon === horizon)!;
  const exact = measure(
    cases.map(({ p }) => p),
    cases.map(({ bought }) => (bought ? 1 : 0)),
  );
  expect([day, horizon, found.n, found.actual]).toEqual([
    day,
    horizon,
    cases.length,
    cases.filter(({ bought }) => bought).length,
  ]);
  expect(found.expected).toBeCloseTo(sum(cases.map(({ p }) => p)), 4);
  expect(found.logLoss).toBeCloseTo(exact.logLoss, 5);
  expect(found.brier).toBeCloseTo(exact.brier, 5);
  // Probabilities within a fifth of a logit are ties.
  const ranked = measure(
    cases.map(({ p }) => Math.floor(5 * Math.log(p / (1 - p)))),
    cases.map(({ bought }) => (bought ? 1 : 0)),
  );
  if (found.auc === null) expect(ranked.auc).toBeNaN();
  else expect(found.auc).toBeCloseTo(ranked.auc, 9);
}

/** Share of the pairs of a buyer and another user whose probabilities lie in one fifth of a logit. */
function tied(cases: readonly { p: number; bought: boolean }[]): number {
  const bins = [...Map.groupBy(cases, ({ p }) => Math.floor(5 * Math.log(p / (1 - p)))).values()];
  const pairs = (some: readonly { bought: boolean }[]) => {
    const buyers = some.filter(({ bought }) => bought).length;
    return buyers * (some.length - buyers);
  };
  return bins.reduce((sum, bin) => sum + pairs(bin), 0) / pairs(cases);
}

describe('nights of a shop', () => {
  let shop: TestShop;
  let log: Log;
  /** Users that were read, by request. */
  const reads: string[][] = [];
  beforeAll(async () => {
    shop = await openShop('Europe/Berlin', ({ users }) => ({
      users: {
        ...users,
        getMany: (asked) => {
          reads.push([...asked]);
          return users.getMany(asked);
        },
      },
    }));
    log = logOf(shop);
    await liveShop(log);
    expect(await quality(shop.deps)).toMatchObject({ day: null, live: null, correction: null, drift: null });
    await shop.nightly(night(0));
    expect((await quality(shop.deps)).live).toBeNull();
    for (let n = 1; n <= 8; n++) await shop.nightly(night(n));
  }, 240_000);
  afterAll(() => shop.stop());

  test('judge each forecast once, when its days have passed', async () => {
    const shown = await live(shop);
    expect(shown.until).toBe(night(8));
    const expected = HORIZONS.flatMap((horizon) =>
      Array.from({ length: Math.max(0, 9 - horizon) }, (_, n) => `${night(n)} ${horizon}`),
    );
    expect(told(shown).sort()).toEqual(expected.sort());
    for (const { day, horizons } of shown.runs)
      for (const { horizon } of horizons) expectRun(shown, day, horizon, await casesOf(log, day, horizon));
  });

  test('are added up to what all their scores and the log say', async () => {
    const shown = await live(shop);
    for (const { horizon, runs, measures, bands, reliability } of shown.horizons) {
      const nights = await Promise.all(Array.from({ length: runs }, (_, n) => casesOf(log, night(n), horizon)));
      const cases = nights.flat();
      const exact = measure(
        cases.map(({ p }) => p),
        cases.map(({ bought }) => (bought ? 1 : 0)),
      );
      expect(measures.n).toBe(cases.length);
      expect(measures.rate).toBeCloseTo(exact.rate, 9);
      expect(measures.logLoss).toBeCloseTo(exact.logLoss, 5);
      expect(measures.brier).toBeCloseTo(exact.brier, 5);
      // Users of one bin, a fifth of a logit wide, are tied: half of such pairs may be won or lost by it.
      expect(Math.abs(measures.auc! - exact.auc)).toBeLessThanOrEqual(tied(cases) / 2 + 1e-9);
      expect(Math.abs(measures.ece - exact.ece)).toBeLessThan(0.03);
      for (const [index, band] of bands.entries()) {
        const members = cases.filter(({ row }) => row.band === BANDS[index]);
        expect(band).toMatchObject({
          band: BANDS[index],
          n: members.length,
          expected: expect.closeTo(sum(members.map(({ p }) => p)), 4),
          actual: members.filter(({ bought }) => bought).length,
        });
      }
      expect(sum(reliability.map(({ n }) => n))).toBe(cases.length);
      expect(reliability.length).toBeLessThanOrEqual(10);
    }
  });

  test('ask nothing of the model, and read no user for it', async () => {
    const [asked, read] = [shop.asked.length, reads.length];
    const { finish } = await shop.nightly(night(9));
    expect(sum(shop.asked.slice(asked).map(({ batch }) => batch))).toBe(finish.modelCalls);
    const scored = [...(await shop.scores(night(9))).keys()];
    expect(reads.slice(read).flat().sort()).toEqual(scored.sort());
  });

  test('say the same again when one is run again', async () => {
    const before = await live(shop);
    await shop.nightly(night(9));
    await shop.nightly(night(9), { restart: true });
    expect(await live(shop)).toEqual(before);
    // A past one, too: what it says of forecasts before it replaces what it said.
    await shop.nightly(night(5), { restart: true });
    expect(await live(shop)).toEqual(before);
  });

  test('leave out who was erased since, and nobody who fell silent', async () => {
    const user = shop.deps.pseudonyms.pseudonym('user-3');
    expect(await createFilePlace(shop.deps).remove(new Set([user]))).toBeGreaterThan(0);
    await shop.nightly(night(10));
    const cases = await casesOf(log, night(3), 7);
    expect(cases.map(({ row }) => row.user)).not.toContain(user);
    expectRun(await live(shop), night(3), 7, cases);
    const today = await shop.scores(night(10));
    expect(cases.filter(({ row }) => !today.has(row.user)).length).toBeGreaterThan(2);
  });

  test('leave out who became another user since', async () => {
    const visitor = await log.act('visitor', night(10), 'view:shoes');
    await shop.nightly(night(11));
    const { deps } = shop;
    const users = { touch: deps.users.touch, ...deps.mergedUsers };
    const user = deps.pseudonyms.pseudonym('user-5');
    const encryptedId = () => deps.pseudonyms.encrypt('user-5');
    await merge(
      { links: deps.links, users },
      { previous: visitor, user, by: 'identify', encryptedId, today: night(11) },
    );
    await shop.nightly(night(12));
    const all = await casesOf(log, night(11), 1);
    expect(all.map(({ row }) => row.user)).toContain(visitor);
    const others = all.filter(({ row }) => row.user !== visitor);
    expectRun(await live(shop), night(11), 1, others);
  });

  test('name no user', async () => {
    const users = [...(await shop.scores(night(9))).keys()];
    const { settings, runs } = shop.deps;
    const kept = [await settings.list('outcome'), await runs.list(night(9)), await quality(shop.deps)];
    for (const user of users) expect(JSON.stringify(kept)).not.toContain(user);
  });

  test('without a run in between are judged late, and exactly', async () => {
    await shop.nightly(night(16));
    const shown = await live(shop);
    // 12 is the night before 16: what ended on 13, 14, 15 and 16.
    const late = told(shown).filter((each) => {
      const [day, horizon] = each.split(' ') as [string, string];
      return addDays(day, Number(horizon)) > night(12);
    });
    const expected = HORIZONS.flatMap((horizon) =>
      [13, 14, 15, 16]
        .map((end) => end - horizon)
        .flatMap((n) => (n >= 0 && n <= 12 ? [`${night(n)} ${horizon}`] : [])),
    );
    expect(late.sort()).toEqual(expected.sort());
    expect(expected).toContain(`${night(12)} 1`);
    const visitor = shop.deps.pseudonyms.pseudonym('visitor');
    for (const each of late) {
      const [day, horizon] = each.split(' ') as [string, string];
      expectRun(shown, day, Number(horizon), await casesOf(log, day, Number(horizon), [visitor]));
    }
  });
});

test('a night that is killed between two shards judges all of them when it is resumed, once', async () => {
  let crash = false;
  const shop = await openShop('UTC', ({ runs }) => ({
    runs: {
      ...runs,
      put: async (record) => {
        if (crash && record.day === night(1) && /^\d/.test(record.shard) && record.shard > '100')
          throw new Error('crash');
        return runs.put(record);
      },
    },
  }));
  try {
    const log = logOf(shop);
    for (let user = 0; user < 24; user++) {
      await log.act(`user-${user}`, night(-2 - user), 'view:shoes');
      if (user % 3 === 0) await log.act(`user-${user}`, night(0), 'purchase:shoes');
    }
    await shop.nightly(night(0));
    crash = true;
    const { failedShards } = await shop.nightly(night(1));
    expect(failedShards.length).toBeGreaterThan(0);
    const part = (await live(shop)).runs[0]!.horizons[0]!;
    expect(part.n).toBeLessThan(24);
    expect(part.n).toBeGreaterThan(0);
    crash = false;
    await shop.nightly(night(1));
    expectRun(await live(shop), night(0), 1, await casesOf(log, night(0), 1));
    expect((await live(shop)).runs[0]!.horizons[0]).toMatchObject({ n: 24, actual: 8 });
  } finally {
    await shop.stop();
  }
}, 120_000);

test('buyers far from what was expected raise the alarm, in the reply and in the log', async () => {
  const warned: unknown[][] = [];
  const log = { info: () => {}, error: () => {}, warn: (...told: unknown[]) => void warned.push(told) };
  const shop = await openShop('UTC', () => ({ log }));
  try {
    const days = logOf(shop);
    for (let user = 0; user < 40; user++) await days.act(`user-${user}`, night(-3), 'view:shoes');
    for (let user = 0; user < 36; user++) await days.act(`user-${user}`, night(0), 'purchase:shoes');
    await shop.nightly(night(0));
    await shop.nightly(night(1));
    const { alarm, horizons } = await live(shop);
    expect(alarm).toBe(true);
    expect(horizons).toHaveLength(1);
    expect(horizons[0]!.alarm).toMatchObject({ value: true, day: night(0), actual: 36 });
    expect(horizons[0]!.alarm.high99).toBeLessThan(36);
    expect(warned).toEqual([['buyers are not as forecast', expect.objectContaining({ day: night(0), horizon: 1 })]]);
    await shop.nightly(night(2));
    // Nobody bought on the second day, as was to be expected of a few.
    const told = await live(shop);
    expect(told.horizons[0]!.alarm).toMatchObject({ day: night(1), actual: 0 });
    // A run of long after, as a local system makes one over an old log, finds nobody and takes nothing away.
    expect((await shop.nightly(night(300))).finish.scored).toBe(0);
    expect(await live(shop)).toEqual(told);
  } finally {
    await shop.stop();
  }
}, 120_000);

test('the quality of a shop that does other things tells of its drift', async () => {
  const shop = await openShop('UTC');
  try {
    for (let user = 0; user < 30; user++)
      for (let day = -35; day < 0; day += 2) {
        const word = day < -7 ? 'view:shoes' : user % 2 === 0 ? 'search:boots' : 'view:shoes';
        for (let n = 0; n < 3; n++) await shop.act(`user-${user}`, [`${night(day)}T1${n}:00:00Z`, word]);
      }
    await shop.nightly(night(0));
    const { drift, correction } = await quality(shop.deps);
    expect(correction).toMatchObject({ asOf: night(0), version: 0 });
    expect(drift).toMatchObject({ alarm: true, from: night(-7), to: night(0) });
    const [first] = drift!.words;
    expect(first).toMatchObject({ word: 'search:boots', before: expect.closeTo(0, 2), now: expect.closeTo(0.5, 1) });
  } finally {
    await shop.stop();
  }
}, 120_000);

test('the quality tells which models were live, the newest first, and why', async () => {
  const shop = await openShop('UTC');
  try {
    const { objects } = shop.deps;
    const { model, changes } = await quality(shop.deps);
    expect(changes).toEqual([]);
    await storeBundle(BUNDLE, objects);
    await storeBundle(variantBundle(join(shop.objectFolder, '../weekly'), 'weekly-1', 0.1), objects);
    let ids = 0;
    const deps = { ...shop.deps, newId: () => `id-${ids++}` };
    shop.now = Date.parse('2026-03-02T10:00:00Z');
    await promote(deps, 'weekly-1', { by: 'training', why: 'trained on 60 users', forced: false, gate: ['passes'] });
    shop.now = Date.parse('2026-03-09T09:00:00Z');
    await rollBack(deps, { by: 'watch', why: 'buyers were 31 % off' });
    expect((await quality(shop.deps)).changes).toEqual([
      {
        ...{ at: '2026-03-09T09:00:00.000Z', what: 'rollback', version: model.version, from: 'weekly-1' },
        ...{ by: 'watch', why: 'buyers were 31 % off', forced: false },
      },
      {
        ...{ at: '2026-03-02T10:00:00.000Z', what: 'promotion', version: 'weekly-1', from: model.version },
        ...{ by: 'training', why: 'trained on 60 users', forced: false },
      },
    ]);
  } finally {
    await shop.stop();
  }
}, 60_000);
