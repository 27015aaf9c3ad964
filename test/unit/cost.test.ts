import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import cost from '../../cli/commands/cost.ts';
import { runCommand } from '../../cli/framework.ts';
import { billsOf } from '../../lib/cost/bill.ts';
import type { Shop } from '../../lib/cost/mix.ts';
import { evenNight, nightCounts } from '../../lib/cost/night.ts';
import { headroom, partitionTable, sharedPartitions } from '../../lib/cost/partitions.ts';
import { PRICES, priceOf } from '../../lib/cost/prices.ts';
import { scaleTable } from '../../lib/cost/scale.ts';

const small: Shop = {
  users: 10_000,
  eventsPerDay: 1_000_000,
  eventsPerRequest: 5,
  traffic: 'browser',
  retentionDays: 240,
  scorer: 'nightly',
  model: 'tiny',
  trainingHours: 0,
};
const usd = (change: Partial<Shop> = {}) => billsOf({ ...small, ...change }).ours.usd;

describe('the bill', () => {
  test('of 10,000 users and a million events a day is at most 60 USD a month', () => {
    expect(usd()).toBeLessThanOrEqual(60);
  });

  test('of a million users and 50 million events a day is at most a third of that of a naive design', () => {
    const { ours, naive } = billsOf({ ...small, users: 1_000_000, eventsPerDay: 50_000_000 });
    expect(ours.usd / naive.usd).toBeLessThanOrEqual(1 / 3);
  });

  test('is the sum of its lines, none of which is less than nothing', () => {
    for (const { lines, usd: total } of Object.values(billsOf(small))) {
      expect(lines.reduce((sum, line) => sum + line.usd, 0)).toBeCloseTo(total, 6);
      expect(lines.every((line) => line.usd >= 0 && Number.isFinite(line.quantity))).toBe(true);
    }
  });

  test.each<[string, Partial<Shop>]>([
    ['events', { eventsPerDay: 2_000_000 }],
    ['requests for the same events', { eventsPerRequest: 1 }],
    ['days that are kept', { retentionDays: 365 }],
    ['hours of the endpoint', { scorer: 'always' }],
    ['users in a request', { traffic: 'server' }],
    ['hours of a weekly training', { trainingHours: 1 }],
  ])('rises with more %s', (_what, change) => {
    expect(usd(change)).toBeGreaterThan(usd() * 1.02);
  });

  test('has lines of a weekly training only where there is one, by its hours', () => {
    const lines = (trainingHours: number) =>
      billsOf({ ...small, trainingHours }).ours.lines.filter(({ what }) => /weekly|training/.test(what));
    expect(lines(0)).toEqual([]);
    const [job] = lines(4);
    expect(job).toMatchObject({ service: 'SageMaker', quantity: expect.closeTo((4 * 365) / 12 / 7, 9) });
    expect(job!.usd).toBeCloseTo(4 * lines(1)[0]!.usd, 9);
    expect(usd({ trainingHours: 4 }) - usd()).toBeCloseTo(
      lines(4).reduce((sum, line) => sum + line.usd, 0),
      2,
    );
  });

  test('counts both designs the same edge', () => {
    const { ours, naive } = billsOf(small);
    const edge = ({ lines }: typeof ours) =>
      lines.filter(({ service }) => ['CloudFront', 'WAF', 'API Gateway'].includes(service));
    expect(edge(naive)).toEqual(edge(ours));
    expect(edge(ours).length).toBeGreaterThan(5);
  });

  test('counts both designs the same of what watches, and the same keys', () => {
    const { ours, naive } = billsOf({ ...small, scorer: 'always' });
    const standing = ({ lines }: typeof ours) =>
      lines.filter(({ service }) => ['CloudWatch', 'X-Ray', 'Secrets Manager', 'KMS'].includes(service));
    expect(standing(naive)).toEqual(standing(ours));
    expect(standing(ours).length).toBeGreaterThan(8);
  });

  test('has every price with its unit and the page to hold it against', () => {
    for (const price of Object.values(PRICES))
      expect(price.page).toMatch(/^https:\/\/aws\.amazon\.com\/.+\/pricing\/$/);
  });
});

test.each([
  [100, 0.0001],
  [300_000_000, 300],
  [400_000_000, 390],
])('%d requests of an HTTP API cost %d USD', (requests, expected) => {
  expect(priceOf('httpApiRequests', requests)).toBeCloseTo(expected, 6);
});

describe('a night', () => {
  test('asks the model of each shard in requests of at most 64 users of one length', () => {
    const shape = { history: 10, lists: [], hasBefore: false, judged: 0 };
    const of = (users: number, asked: number[]) => nightCounts({ ...shape, shards: [{ users, asked }] }).modelRequests;
    expect(of(100, [64, 0, 0, 0])).toBe(1);
    expect(of(100, [65, 0, 0, 1])).toBe(3);
    // Two waves of 500, each with 40 of them.
    expect(of(1_000, [80, 0, 0, 0])).toBe(2);
  });

  test.each([
    // 16 of a shard are read at once.
    [100, 4_002],
    // Of so many actions each, 1,000 users do.
    [9_000, 1_008],
  ])('reads the actions of those who acted, and for the plan of users with %d each of %d', (history, sampled) => {
    const counts = nightCounts(evenNight(1_000_000, history, 0.2, [1, 0, 0, 0]));
    expect(counts.historiesRead).toBe(sampled + counts.modelCalls);
    expect(counts.modelCalls / 200_000).toBeCloseTo(1, 2);
  });

  test('at every size is what docs/scale.md says', () => {
    expect(readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8')).toContain(scaleTable());
  });
});

describe('a partition that is shared', () => {
  const large = { ...small, users: 1_000_000, eventsPerDay: 50_000_000 };

  test.each(sharedPartitions(large))('takes what a million users bring: $name', (partition) => {
    expect(headroom(partition)).toBeGreaterThan(2);
  });

  test('takes more the more users there are, or processes of ingest', () => {
    const grown = sharedPartitions({ ...large, users: 2 * large.users, eventsPerDay: 2 * large.eventsPerDay });
    // A night has 256 shards however many users there are.
    for (const [i, before] of sharedPartitions(large).entries())
      if (!before.name.startsWith('Runs')) expect(headroom(grown[i]!)).toBeLessThan(0.6 * headroom(before));
  });

  test('is in docs/scale.md with what it takes', () => {
    expect(readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8')).toContain(
      partitionTable(small, large),
    );
  });
});

describe('npm run cost', () => {
  afterEach(() => void jest.restoreAllMocks());

  const run = async (...args: string[]) => {
    const said = { out: '', err: '' };
    const keep = (name: 'out' | 'err') => (text: unknown) => {
      said[name] += text;
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
    jest.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
    return { code: await runCommand(cost, args), ...said };
  };
  const size = ['--users', '10000', '--events-per-day', '1000000'];

  test('prints every line, the sum, and the naive design beside it', async () => {
    const { code, out } = await run(...size);
    expect(code).toBe(0);
    for (const { service, what } of billsOf(small).ours.lines) expect(out).toContain(`${service}, ${what}: `);
    expect(out).toContain(`${usd().toFixed(2)}  in all`);
    expect(out).toMatch(
      /10000 users, 1000000 events a day from a browser, 5 a request; 20 % of the users act on a day/,
    );
  });

  test('gives the same as JSON, the last line of stdout', async () => {
    const { out } = await run(...size, '--scorer', 'always', '--json');
    const result = JSON.parse(out.trim().split('\n').at(-1)!);
    expect(result).toMatchObject({ users: 10_000, scorer: 'always', usd: usd({ scorer: 'always' }) });
    expect(result.lines).toEqual(billsOf({ ...small, scorer: 'always' }).ours.lines);
  });

  test.each([
    ['no size', []],
    ['a model that does not exist', [...size, '--model', 'huge']],
    ['less retention than makes a user active', [...size, '--retention-days', '30']],
  ])('refuses %s as wrong usage', async (_what, args) => {
    expect((await run(...args)).code).toBe(2);
  });
});
