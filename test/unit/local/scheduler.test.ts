import { setTimeout as sleep } from 'node:timers/promises';
import { zoneOf } from '../../../core/time.ts';
import { dueDay, runInstant, startScheduler } from '../../../local/scheduler.ts';

describe('the day that is due', () => {
  test.each([
    ['2026-11-23T03:59:59Z', 'UTC', '2026-11-22'],
    ['2026-11-23T04:00:00Z', 'UTC', '2026-11-23'],
    ['2026-11-23T02:59:00Z', 'Europe/Berlin', '2026-11-22'],
    ['2026-11-23T03:00:00Z', 'Europe/Berlin', '2026-11-23'],
    ['2026-03-29T02:00:00Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-10-25T02:30:00Z', 'Europe/Berlin', '2026-10-24'],
    ['2026-11-22T23:00:00Z', 'Asia/Tokyo', '2026-11-23'],
  ])('at %s in %s is %s', (instant, zone, day) => {
    expect(dueDay(Date.parse(instant), zoneOf(zone))).toBe(day);
  });

  test('on the days of a clock change the run is at 04:00 of the wall clock', () => {
    const zone = zoneOf('Europe/Berlin');
    expect(new Date(runInstant('2026-03-29', zone)).toISOString()).toBe('2026-03-29T02:00:00.000Z');
    expect(new Date(runInstant('2026-10-25', zone)).toISOString()).toBe('2026-10-25T03:00:00.000Z');
  });
});

describe('the schedule', () => {
  const zone = zoneOf('UTC');
  const clock = () => Date.parse('2026-11-23T10:00:00Z');
  const schedule = (isDone: boolean, runs: string[], errors: string[], run?: () => Promise<void>) =>
    startScheduler({
      zone,
      clock,
      isDone: async () => isDone,
      run: async (day) => {
        runs.push(day);
        await run?.();
      },
      onError: (day) => errors.push(day),
    });

  test('catches up at once with a run that was missed', async () => {
    const runs: string[] = [];
    const scheduler = schedule(false, runs, []);
    await sleep(20);
    await scheduler.stop();
    expect(runs).toEqual(['2026-11-23']);
  });

  test('leaves alone a day that has its run', async () => {
    const runs: string[] = [];
    const scheduler = schedule(true, runs, []);
    await sleep(20);
    await scheduler.stop();
    expect(runs).toEqual([]);
  });

  test('reports a run that fails and goes on', async () => {
    const errors: string[] = [];
    const scheduler = schedule(false, [], errors, () => Promise.reject(new Error('no')));
    await sleep(20);
    await scheduler.stop();
    expect(errors).toEqual(['2026-11-23']);
  });

  test('stops only when the run in progress has ended', async () => {
    let ended = false;
    const scheduler = schedule(false, [], [], async () => {
      await sleep(50);
      ended = true;
    });
    await sleep(10);
    await scheduler.stop();
    expect(ended).toBe(true);
  });
});
