import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  type Day,
  dayFromNumber,
  dayNumber,
  daysBetween,
  isDay,
  UnknownTimeZone,
  zoneOf,
} from '../../core/time.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Santiago',
  'Asia/Beirut',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Monrovia',
  'Pacific/Kwajalein',
  'Antarctica/Troll',
];

const at = (iso: string): number => Date.parse(iso);

/** What ICU prints for an instant: an implementation that shares no arithmetic with core/time.ts. */
function printed(zone: string, instant: number): { day: Day; wallClock: string } {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(instant);
  return { day: text.slice(0, 10), wallClock: text };
}

const anyZone = fc.constantFrom(...ZONES);
const anyInstant = fc.integer({ min: at('1970-01-01T00:00:00Z'), max: at('2037-12-31T00:00:00Z') });
const oldInstant = fc.integer({ min: at('1900-01-01T00:00:00Z'), max: -1 });
const anyDay = fc.integer({ min: dayNumber('1970-01-03'), max: dayNumber('2037-12-30') }).map(dayFromNumber);

describe('days', () => {
  test.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-03-01', 11017],
    ['2013-07-16', 15902],
  ])('%s is day %i', (day, number) => {
    expect(dayNumber(day)).toBe(number);
    expect(dayFromNumber(number)).toBe(day);
  });

  test('adding days goes over months, leap days and years', () => {
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
    expect(addDays('2023-12-31', 1)).toBe('2024-01-01');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2024-03-01', '2024-02-28')).toBe(-2);
  });

  test.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['2026-02-30', false],
    ['2026-13-01', false],
    ['2026-1-01', false],
    ['26-01-01', false],
    ['2026-01-01T00:00', false],
    ['', false],
  ])('whether "%s" is a day: %s', (text, expected) => {
    expect(isDay(text)).toBe(expected);
  });
});

describe('a time zone', () => {
  test.each(['Europe/Atlantis', 'Mars', '', 'Europe/Berlin ', '../etc/passwd', 'x'.repeat(10_000)])(
    'that does not exist is refused by name (%#)',
    (name) => {
      expect(() => zoneOf(name)).toThrow(UnknownTimeZone);
    },
  );

  test('the same name gives the same calendar', () => {
    expect(zoneOf('Europe/Berlin')).toBe(zoneOf('Europe/Berlin'));
  });

  test('the wall clock and the day of every instant are those that Intl prints', () => {
    fc.assert(
      fc.property(anyZone, fc.oneof(anyInstant, oldInstant), (name, instant) => {
        const zone = zoneOf(name);
        const expected = printed(name, instant);
        expect(zone.dayOf(instant)).toBe(expected.day);
        const wall = new Date(zone.wallClock(instant) * 1000).toISOString().slice(0, 19).replace('T', ' ');
        expect(wall).toBe(expected.wallClock);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['at a whole hour', 'Europe/Berlin', '2024-03-31T01:00:00Z'],
    ['of half an hour', 'Australia/Lord_Howe', '2024-04-06T15:00:00Z'],
    ['one minute after midnight', 'America/St_Johns', '2006-10-29T02:31:00Z'],
    ['that ends with a half minute', 'Africa/Monrovia', '1972-01-07T00:44:30Z'],
  ])('is exact to the second around a change %s', (_, name, change) => {
    const zone = zoneOf(name);
    for (let second = -1800; second <= 1800; second += 7) {
      const instant = at(change) + second * 1000;
      const wall = new Date(zone.wallClock(instant) * 1000).toISOString().slice(0, 19).replace('T', ' ');
      expect(wall).toBe(printed(name, instant).wallClock);
    }
  });
});

describe('the first instant of a day', () => {
  test.each([
    // Clocks go from 02:00 to 03:00, and back from 03:00 to 02:00: midnight is untouched, the day 23 or 25 hours long.
    ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00:00Z', 23],
    ['Europe/Berlin', '2024-10-27', '2024-10-26T22:00:00Z', 25],
    // From 00:00 to 01:00: the day begins at 01:00.
    ['America/Santiago', '2024-09-08', '2024-09-08T04:00:00Z', 23],
    ['Asia/Beirut', '2024-03-31', '2024-03-30T22:00:00Z', 23],
    // From 24:00 back to 23:00: the hour before midnight is there twice, and both belong to the day before.
    ['America/Santiago', '2024-04-06', '2024-04-06T03:00:00Z', 25],
    ['America/Santiago', '2024-04-07', '2024-04-07T04:00:00Z', 24],
    // From 00:00 back to 23:00 of the day before.
    ['Asia/Beirut', '2024-10-26', '2024-10-25T21:00:00Z', 25],
    ['Asia/Beirut', '2024-10-27', '2024-10-26T22:00:00Z', 24],
    // Half an hour, at 02:00.
    ['Australia/Lord_Howe', '2024-04-07', '2024-04-06T13:00:00Z', 24.5],
    ['Australia/Lord_Howe', '2024-10-06', '2024-10-05T13:30:00Z', 23.5],
    // Midnight gap that begins at 00:00 in Brazil, until 2018.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', 23],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00Z', 23],
    // Liberia was 44 min 30 s behind until its clocks went ahead at the midnight that would begin 1972-01-07.
    ['Africa/Monrovia', '1972-01-06', '1972-01-06T00:44:30Z', 24],
    ['Africa/Monrovia', '1972-01-07', '1972-01-07T00:44:30Z', 23 + 15.5 / 60],
    ['Africa/Monrovia', '1972-01-08', '1972-01-08T00:00:00Z', 24],
    // Newfoundland's clocks went ahead at 00:01.
    ['America/St_Johns', '2006-04-02', '2006-04-02T03:30:00Z', 23],
    // Before 1970.
    ['Europe/Berlin', '1969-07-20', '1969-07-19T23:00:00Z', 24],
    ['America/New_York', '1969-04-27', '1969-04-27T05:00:00Z', 23],
  ])('%s, %s begins at %s and lasts %d hours', (name, day, start, hours) => {
    const zone = zoneOf(name);
    expect(new Date(zone.startOf(day)).toISOString()).toBe(new Date(start).toISOString());
    const length = (zone.startOf(addDays(day, 1)) - zone.startOf(day)) / 3_600_000;
    expect(length).toBeCloseTo(hours, 9);
  });

  test('belongs to the day, and the millisecond before to an earlier one', () => {
    fc.assert(
      fc.property(anyZone, anyDay, (name, day) => {
        // Samoa and Kwajalein skipped a whole day once.
        fc.pre(!(name === 'Pacific/Apia' && day === '2011-12-30'));
        fc.pre(!(name === 'Pacific/Kwajalein' && (day === '1993-08-21' || day === '1993-08-20')));
        const zone = zoneOf(name);
        const start = zone.startOf(day);
        expect(zone.dayOf(start)).toBe(day);
        expect(zone.dayOf(start - 1) < day).toBe(true);
        expect(printed(name, start).day).toBe(day);
      }),
      { numRuns: 3_000 },
    );
  });

  test('every day of every clock change of 2000 to 2030 begins where its first instant is', () => {
    for (const name of ZONES) {
      const zone = zoneOf(name);
      for (let day = '2000-01-01'; day < '2031-01-01'; day = addDays(day, 1)) {
        if (name === 'Pacific/Apia' && day === '2011-12-30') continue;
        const start = zone.startOf(day);
        if (zone.dayOf(start) !== day || zone.dayOf(start - 1) >= day) {
          throw new Error(`${name} ${day} does not begin at ${new Date(start).toISOString()}`);
        }
      }
    }
  });

  test('of a day that was skipped is that of the next one, so that no day has a negative length', () => {
    const zone = zoneOf('Pacific/Apia');
    expect(new Date(zone.startOf('2011-12-30')).toISOString()).toBe('2011-12-30T10:00:00.000Z');
    expect(zone.startOf('2011-12-31')).toBe(at('2011-12-30T10:00:00Z'));
    expect(zone.dayOf(at('2011-12-30T09:59:59Z'))).toBe('2011-12-29');
    expect(zone.dayOf(at('2011-12-30T10:00:00Z'))).toBe('2011-12-31');
  });
});

describe('the instant of a wall-clock time', () => {
  test.each([
    ['a usual one', 'Europe/Berlin', '2024-06-01T12:00:00Z', '2024-06-01T10:00:00Z'],
    [
      'one that is skipped, read with the offset before',
      'Europe/Berlin',
      '2024-03-31T02:30:00Z',
      '2024-03-31T01:30:00Z',
    ],
    ['one that comes twice, the first', 'Europe/Berlin', '2024-10-27T02:30:00Z', '2024-10-27T00:30:00Z'],
    ['a skipped midnight', 'America/Santiago', '2024-09-08T00:30:00Z', '2024-09-08T04:30:00Z'],
    ['the hour before midnight that comes twice', 'America/Santiago', '2024-04-06T23:30:00Z', '2024-04-07T02:30:00Z'],
    ['half an hour skipped', 'Australia/Lord_Howe', '2024-10-06T02:15:00Z', '2024-10-05T15:45:00Z'],
    ['half an hour twice', 'Australia/Lord_Howe', '2024-04-07T01:45:00Z', '2024-04-06T14:45:00Z'],
    ['just after a change', 'Europe/Berlin', '2024-03-31T03:00:00Z', '2024-03-31T01:00:00Z'],
    ['just before a change', 'Europe/Berlin', '2024-03-31T01:59:59Z', '2024-03-31T00:59:59Z'],
  ])('%s', (_, name, wall, instant) => {
    expect(new Date(zoneOf(name).instantOf(at(wall))).toISOString()).toBe(new Date(instant).toISOString());
  });

  test('reads back what the wall clock showed, the first of the two where it showed it twice', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (name, any) => {
        const zone = zoneOf(name);
        const instant = Math.floor(any / 1000) * 1000;
        const back = zone.instantOf(zone.wallClock(instant) * 1000);
        expect(zone.wallClock(back)).toBe(zone.wallClock(instant));
        expect(back).toBeLessThanOrEqual(instant);
      }),
      { numRuns: 2_000 },
    );
  });
});
