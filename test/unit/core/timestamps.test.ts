import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zoneOf } from '../../../core/time.ts';
import { parseTimestamp } from '../../../core/timestamps.ts';

const berlin = zoneOf('Europe/Berlin');
const utc = zoneOf('UTC');
const at = (iso: string) => Date.parse(iso);

describe('a timestamp', () => {
  test.each<[unknown, string]>([
    ['2026-07-01T10:00:00Z', '2026-07-01T10:00:00Z'],
    ['2026-07-01T10:00:00.123456Z', '2026-07-01T10:00:00.123Z'],
    ['2026-07-01T10:00:00,5Z', '2026-07-01T10:00:00.500Z'],
    ['2026-07-01T10:00:00+05:30', '2026-07-01T04:30:00Z'],
    ['2026-07-01T10:00:00-0800', '2026-07-01T18:00:00Z'],
    ['2026-07-01T10:00:00+02', '2026-07-01T08:00:00Z'],
    ['2026-07-01 10:00:00 UTC', '2026-07-01T10:00:00Z'],
    ['2026-07-01 10:00:00+00:00', '2026-07-01T10:00:00Z'],
    ['20260701T100000Z', '2026-07-01T10:00:00Z'],
    [' 2026-07-01T10:00Z ', '2026-07-01T10:00:00Z'],
    ['2026-07-01t10:00:00z', '2026-07-01T10:00:00Z'],
    ['2026-07-01T24:00:00Z', '2026-07-02T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59Z'],
    [1_782_900_000, '2026-07-01T10:00:00Z'],
    [1_782_900_000_000, '2026-07-01T10:00:00Z'],
    [1_782_900_000.25, '2026-07-01T10:00:00.250Z'],
    ['1782900000', '2026-07-01T10:00:00Z'],
    ['1782900000000', '2026-07-01T10:00:00Z'],
    ['1782900000.5', '2026-07-01T10:00:00.500Z'],
    [0, '1970-01-01T00:00:00Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ])('%p is %s in every zone', (value, expected) => {
    expect(parseTimestamp(value, berlin)).toBe(at(expected));
    expect(parseTimestamp(value, utc)).toBe(at(expected));
  });

  test.each<[string, string, string]>([
    ['2026-07-01T10:00:00', 'Europe/Berlin', '2026-07-01T08:00:00Z'],
    ['2026-01-01 10:00', 'Europe/Berlin', '2026-01-01T09:00:00Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
    ['20260701', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    ['2026-07-01T10:00:00', 'Asia/Kathmandu', '2026-07-01T04:15:00Z'],
  ])('%s without an offset is the wall clock of %s', (value, zone, expected) => {
    expect(new Date(parseTimestamp(value, zoneOf(zone))!).toISOString()).toBe(new Date(expected).toISOString());
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    [true],
    [''],
    [' '],
    ['yesterday'],
    ['2026-02-30'],
    ['2026-13-01'],
    ['2026-07-01T25:00:00Z'],
    ['2026-07-01T24:00:01Z'],
    ['2026-07-01T10:60:00Z'],
    ['2026-07-01T10:00:61Z'],
    ['2026-07-01T10:00:00+24:00'],
    ['2026-07-01T10:00:00+02:60'],
    ['2026-07-01T'],
    ['01/07/2026'],
    ['Wed, 01 Jul 2026 10:00:00 GMT'],
    ['1e12'],
    ['0x10'],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e20],
    ['9'.repeat(40)],
    [{}],
    [['2026-07-01']],
    [new Date()],
  ])('%p is none', (value) => {
    expect(parseTimestamp(value, berlin)).toBeUndefined();
  });

  test('a huge text is none', () => {
    expect(parseTimestamp('9'.repeat(100_000), berlin)).toBeUndefined();
  });

  test('reads back every instant that toISOString writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => parseTimestamp(date.toISOString(), berlin) === date.getTime(),
      ),
    );
  });

  test('never throws and answers an instant of the calendar or nothing', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const instant = parseTimestamp(value, berlin);
        if (instant !== undefined) expect(new Date(instant).getTime()).toBe(instant);
      }),
    );
  });
});
