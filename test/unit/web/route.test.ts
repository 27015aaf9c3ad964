import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BANDS } from '../../../core/scores.ts';
import { dayFromNumber } from '../../../core/time.ts';
import { hrefOf, parseRoute, type Route } from '../../../web/route.ts';

const day = fc.integer({ min: 0, max: 40_000 }).map(dayFromNumber);
const maybeDay = fc.option(fc.record({ day }), { nil: {} });
const pseudonym = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
const cursor = fc.option(fc.record({ cursor: fc.base64String({ minLength: 1 }) }), { nil: {} });

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);

const route: fc.Arbitrary<Route> = fc.oneof(
  maybeDay.map((rest): Route => ({ page: 'today', ...rest })),
  fc
    .tuple(fc.constantFrom(...BANDS), maybeDay, cursor)
    .map(([band, rest, at]): Route => ({ page: 'users', band, ...rest, ...at })),
  fc.constantFrom<Route>({ page: 'audiences' }, { page: 'build' }, { page: 'settings' }),
  fc.json().map((rule): Route => ({ page: 'build', rule })),
  fc.tuple(name, cursor).map(([each, at]): Route => ({ page: 'audience', name: each, ...at })),
  maybeDay.map((rest): Route => ({ page: 'sources', ...rest })),
  fc
    .record({ category: fc.string({ minLength: 1 }), lead: fc.integer({ min: 1, max: 30 }) })
    .map((rest): Route => ({ page: 'demand', ...rest })),
  fc.constantFrom(1, 3, 7, 14, 30).map((horizon): Route => ({ page: 'quality', horizon })),
  fc.tuple(pseudonym, maybeDay).map(([name, rest]): Route => ({ page: 'user', pseudonym: name, ...rest })),
);

describe("the dashboard's addresses", () => {
  test('say the same when they are read back', () => {
    fc.assert(fc.property(route, (each) => expect(parseRoute(hrefOf(each))).toEqual(each)));
  });

  test.each([
    ['', { page: 'today' }],
    ['#', { page: 'today' }],
    ['#/', { page: 'today' }],
    ['#/?day=2026-02-30', { page: 'today' }],
    ['#/users', { page: 'users', band: 'now' }],
    ['#/users?band=never', { page: 'users', band: 'now' }],
    ['#/users/', { page: 'users', band: 'now' }],
    ['#/users/u1', { page: 'missing' }],
    ['#/users/~not-hex', { page: 'missing' }],
    ['#/audiences/Not A Name', { page: 'missing' }],
    ['#/audiences/+', { page: 'build' }],
    ['#/else', { page: 'missing' }],
  ])('read %j as %j', (hash, expected) => expect(parseRoute(hash)).toEqual(expected));
});
