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

const route: fc.Arbitrary<Route> = fc.oneof(
  maybeDay.map((rest): Route => ({ page: 'today', ...rest })),
  fc
    .tuple(fc.constantFrom(...BANDS), maybeDay, cursor)
    .map(([band, rest, at]): Route => ({ page: 'users', band, ...rest, ...at })),
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
    ['#/else', { page: 'missing' }],
  ])('read %j as %j', (hash, expected) => expect(parseRoute(hash)).toEqual(expected));
});
