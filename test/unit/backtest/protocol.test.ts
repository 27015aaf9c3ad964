import { describe, expect, test } from '@jest/globals';
import { fits, planProtocol, snapshotDays } from '../../../core/backtest/protocol.ts';
import { addDays, daysBetween } from '../../../core/time.ts';

const log = { firstDay: '2013-04-15', lastDay: '2013-08-15' };
const asked = { activeDays: 90 };

describe('the protocol of a backtest', () => {
  test('drops the windows that pass the end and keeps the origin', () => {
    const protocol = planProtocol(log, {
      ...asked,
      trainEnd: '2013-07-16',
      origins: ['2013-08-06', '2013-07-16'],
      horizons: ['14', '1', '7'],
    });
    expect(protocol).toMatchObject({ origins: ['2013-07-16', '2013-08-06'], horizons: [1, 7, 14], end: '2013-08-15' });
    expect(fits(protocol, '2013-08-06', 7)).toBe(true);
    expect(fits(protocol, '2013-08-06', 10)).toBe(true);
    expect(fits(protocol, '2013-08-06', 11)).toBe(false);
  });

  test('without options asks weekly behind the last 51 days, or a third of a short log', () => {
    const long = planProtocol(log, asked);
    expect(daysBetween(long.trainEnd, log.lastDay)).toBe(40);
    expect(long.origins[0]).toBe(long.trainEnd);
    expect(long.origins.every((day, i) => i === 0 || daysBetween(long.origins[i - 1]!, day) === 7)).toBe(true);
    const year = planProtocol({ firstDay: '2012-01-01', lastDay: '2013-08-15' }, asked);
    expect(fits(year, addDays(year.trainEnd, 21), 30)).toBe(true);
    expect(fits(year, addDays(year.trainEnd, 22), 30)).toBe(false);
  });

  test('snapshots of training fall on the weekdays of the origins, before the end of training', () => {
    const protocol = planProtocol(log, { ...asked, trainEnd: '2013-07-16', origins: ['2013-07-18', '2013-07-25'] });
    const days = snapshotDays(protocol, log.firstDay);
    expect(days.length).toBeGreaterThan(5);
    for (const day of days) {
      expect(day < '2013-07-16').toBe(true);
      expect(daysBetween(day, '2013-07-18') % 7).toBe(0);
    }
  });

  test.each([
    [{ trainEnd: '2014-01-01' }, /--train-end 2014-01-01 leaves nothing on one side/],
    [{ trainEnd: '2013-04-15' }, /--train-end 2013-04-15 leaves nothing/],
    [{ trainEnd: '2013-02-30' }, /--train-end 2013-02-30 is not a day/],
    [{ end: '2013-09-01' }, /--end 2013-09-01 is outside the log/],
    [{ origins: ['soon'] }, /--origins soon is not a day/],
    [{ trainEnd: '2013-07-16', origins: ['2013-07-01'] }, /--origins 2013-07-01 is before --train-end/],
    [
      { trainEnd: '2013-07-16', origins: ['2013-08-10'], horizons: ['30'] },
      /no window of 30 days .* ends by 2013-08-15/,
    ],
    [{ horizons: ['5'] }, /--horizons 5 is not one of 1, 3, 7, 14, 30/],
  ])('refuses %j', (options, message) => {
    expect(() => planProtocol(log, { ...asked, ...options })).toThrow(message);
  });

  test('a log of one day has no two sides', () => {
    expect(() => planProtocol({ firstDay: '2013-04-15', lastDay: '2013-04-15' }, asked)).toThrow(/nothing on one side/);
  });
});
