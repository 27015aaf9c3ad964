import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayRange, fromDay, percent, percentNumber, plural, points, shortName, timeIn } from '../../../web/format.ts';

describe('a probability as percent', () => {
  test.each([
    [0, '0'],
    [0.0004, '<0.1'],
    [0.001, '0.1'],
    [0.0424, '4.2'],
    [0.0996, '10'],
    [0.61, '61'],
    [0.9899, '99'],
    [0.995, '>99'],
    [0.9999, '>99'],
    [1, '100'],
  ])('%f is %s', (value, text) => expect(percentNumber(value)).toBe(text));

  test('is 0 or 100 only for what is certain', () => {
    const between = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
    fc.assert(fc.property(between, (value) => expect(['0', '100']).not.toContain(percentNumber(value))));
  });

  test('has its unit beside it', () => expect(percent(0.24)).toBe('24\u202f%'));
});

test.each([
  [0.0834, '+8.3\u202fpoints'],
  [-0.004, '−0.4\u202fpoints'],
  [0.0001, '0.0\u202fpoints'],
])('a difference of probabilities: %f', (difference, text) => expect(points(difference)).toBe(text));

describe('days and counts', () => {
  test.each([
    ['2026-11-28', '2026-11-30', '28\u00a0–\u00a030 Nov'],
    ['2026-11-28', '2026-12-02', '28 Nov\u00a0–\u00a02 Dec'],
    ['2026-12-30', '2027-12-31', '30 Dec\u00a0–\u00a031 Dec'],
    ['2026-11-28', '2026-11-28', '28 Nov'],
  ])('%s to %s reads %s', (from, to, text) => expect(dayRange(from, to)).toBe(text));

  test.each([
    ['2026-11-23', 'the same day'],
    ['2026-11-24', 'the next day'],
    ['2026-12-02', 'in 9 days'],
    ['2026-11-22', '1 day earlier'],
    ['2026-11-20', '3 days earlier'],
  ])('%s seen from 2026-11-23 is %s', (day, text) => expect(fromDay(day, '2026-11-23')).toBe(text));

  test('one is not many', () => {
    expect([0, 1, 1_200].map((number) => plural(number, 'user'))).toEqual([
      '0\u00a0users',
      '1\u00a0user',
      '1,200\u00a0users',
    ]);
  });

  test("times are those of the shop's zone", () => {
    expect(timeIn('Europe/Berlin')('2026-11-20T23:30:00Z')).toBe('00:30');
  });

  test('a pseudonym is cut short but marked as one', () =>
    expect(shortName('9f2c41ab03d7'.repeat(5))).toBe('~9f2c41ab03'));
});
