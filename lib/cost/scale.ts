/** The nightly run at sizes that nobody has here: what it would do, and where it would meet a limit. */
import { NIGHTLY_STEPS } from '../../functions/nightly/steps.ts';
import { MIX, SPEED } from './mix.ts';
import { evenNight, historyEvents, nightCounts, statesEntered } from './night.ts';
import { LOOKS, nightTime } from './usage.ts';

export const SCALE_USERS = [10_000, 1_000_000, 100_000_000] as const;
/** Actions kept of a user: 50 a day, as a shop of a million users and 50 million events has them, for half a year. */
export const SCALE_HISTORY = 9_000;
/** Of one execution of Step Functions. */
export const MOST_EVENTS = 25_000;
/** The run gives up after so many hours (lib/stacks/nightly.ts). */
const RUN_HOURS = 3.5;

export interface Night {
  users: number;
  counts: ReturnType<typeof nightCounts>;
  /** Of the run and its children together. */
  transitions: number;
  /** In the history of the run's own execution; a child has its own. */
  events: number;
  time: ReturnType<typeof nightTime>;
  /** GB that `finish` holds. */
  finishGB: number;
  /** What it does not keep to. */
  over: string[];
}

export function nightAt(users: number): Night {
  const counts = nightCounts(evenNight(users, SCALE_HISTORY, MIX.acting, MIX.lengths));
  const time = nightTime(counts, { scorer: 'nightly', model: 'tiny' }, SCALE_HISTORY);
  const events = historyEvents(LOOKS);
  const finish = NIGHTLY_STEPS.find(({ name }) => name === 'finish')!;
  const limit = finish.timeoutSeconds;
  const finishGB = (users * SPEED.finishBytes) / 1e9;
  const over = [
    ...(time.longestShard > limit ? [`a shard takes ${Math.round(time.longestShard / 60)} minutes of its 15`] : []),
    ...(time.finishSeconds > limit ? [`finish takes ${Math.round(time.finishSeconds / 60)} minutes of its 15`] : []),
    ...(finishGB > finish.memoryMB / 1_000 ? [`finish holds ${finishGB} GB of its ${finish.memoryMB / 1_024}`] : []),
    ...(time.seconds > RUN_HOURS * 3_600 ? [`the run takes ${Math.round(time.seconds / 3_600)} hours of its 3.5`] : []),
    ...(events > MOST_EVENTS ? ['too many events in its history'] : []),
  ];
  return { users, counts, transitions: statesEntered(LOOKS) + 2 * counts.children, events, time, finishGB, over };
}

/** As it stands in docs/scale.md. */
export function scaleTable(): string {
  const nights = SCALE_USERS.map(nightAt);
  const rows: [string, (night: Night) => number | string][] = [
    ['users looked at', ({ counts }) => counts.users],
    ['of whom the model is asked', ({ counts }) => counts.modelCalls],
    ['requests to the model', ({ counts }) => counts.modelRequests],
    ['items read: rows of the index', ({ counts }) => counts.rowsListed],
    ['— rows of Users', ({ counts }) => counts.usersRead],
    ['— users whose actions are read', ({ counts }) => counts.historiesRead],
    ['— of Runs', ({ counts }) => counts.runsRead],
    ['items written: forecasts', ({ counts }) => counts.forecastsWritten],
    ['— of Runs', ({ counts }) => counts.runsWritten],
    [
      'files written, read, removed',
      ({ counts: c }) => [c.filesWritten, c.filesRead, c.filesRemoved].map(grouped).join(', '),
    ],
    ['executions of the map', ({ counts }) => counts.children],
    ['state transitions', ({ transitions }) => transitions],
    ['events in the run’s history, of 25,000', ({ events }) => events],
    ['one shard, of 15 minutes', ({ time }) => minutes(time.longestShard)],
    ['`finish`, of 15 minutes', ({ time }) => minutes(time.finishSeconds)],
    ['— and of its 2 GB', ({ finishGB }) => `${finishGB.toPrecision(2)} GB`],
    ['the whole run, of 3.5 hours', ({ time }) => minutes(time.seconds)],
    ['endpoint, a month', ({ time }) => `${Math.round(time.endpointHours)} hours`],
    ['what it does not keep to', ({ over }) => over.join('; ') || 'nothing'],
  ];
  const cell = (value: number | string) => (typeof value === 'number' ? grouped(value) : value);
  const lines = rows.map(([name, of]) => `| ${name} | ${nights.map((night) => cell(of(night))).join(' | ')} |`);
  return [`| users | ${SCALE_USERS.map(grouped).join(' | ')} |`, '|---|---|---|---|', ...lines].join('\n');
}

const grouped = (value: number) => Math.round(value).toLocaleString('en-US');
const minutes = (seconds: number) => (seconds < 60 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`);
