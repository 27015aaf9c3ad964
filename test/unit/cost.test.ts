import { readFileSync } from 'node:fs';
import { billsOf } from '../../lib/cost/bill.ts';
import type { Shop } from '../../lib/cost/mix.ts';
import { evenNight, nightCounts } from '../../lib/cost/night.ts';
import { PRICES, priceOf } from '../../lib/cost/prices.ts';
import { scaleTable } from '../../lib/cost/scale.ts';

const small: Shop = {
  users: 10_000,
  eventsPerDay: 1_000_000,
  eventsPerRequest: 5,
  traffic: 'browser',
  retentionDays: 180,
  scorer: 'nightly',
  model: 'tiny',
};
const usd = (change: Partial<Shop> = {}) => billsOf({ ...small, ...change }).ours.usd;

describe('the bill', () => {
  test('of 10,000 users and a million events a day is at most 60 USD a month', () => {
    expect(usd()).toBeLessThanOrEqual(60);
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
  ])('rises with more %s', (_what, change) => {
    expect(usd(change)).toBeGreaterThan(usd() * 1.02);
  });

  test('counts both designs the same edge', () => {
    const { ours, naive } = billsOf(small);
    const edge = ({ lines }: typeof ours) =>
      lines.filter(({ service }) => ['CloudFront', 'WAF', 'API Gateway'].includes(service));
    expect(edge(naive)).toEqual(edge(ours));
    expect(edge(ours).length).toBeGreaterThan(5);
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
