/** What is told to the shop's other systems when a user's buying window opens or closes. */
import { contentHash } from '../hash.ts';
import type { Stage } from '../profiles/stages.ts';
import { type Probabilities, rowReply, type ScoreRow } from '../score-rows.ts';
import type { Band } from '../scores.ts';
import type { Day } from '../time.ts';

/**
 * `buying_window.opened`: the user entered band `now`; `.closed`: left it, with hysteresis, so that nobody flickers.
 * `best_window.opened`: the best window of days begins today.
 */
export const EVENT_TYPES = ['buying_window.opened', 'buying_window.closed', 'best_window.opened'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface WindowEvent {
  /** The same for the same user, type and window, however often the run is repeated. */
  id: string;
  type: EventType;
  /** The pseudonym. */
  user: string;
  /** Day of the run that saw it. */
  day: Day;
  /** Day on which the window opened. */
  since: Day;
  /** What was known of the user; absent for one who is not scored any more. */
  score?: {
    band: Band;
    stage: Stage;
    probability: Probabilities;
    expected: { date: Day; low: Day; high: Day; within90d: number };
    bestWindow: { from: Day; to: Day; probability: number };
    bestHour: BestHour | null;
    consentMarketing: boolean;
  };
}

/** When in the week a user is most likely to be there, wall clock of the shop's time zone. */
export interface BestHour {
  weekday: Weekday;
  /** 0 to 23: the hour that begins then. */
  hour: number;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `evt_` and a hash: the same for the same user, type and window. */
function eventId(user: string, type: EventType, since: Day): string {
  return `evt_${contentHash(`${user} ${type} ${since}`)}`;
}

/** What a row has to tell on its day. */
export function eventsOf(row: ScoreRow): WindowEvent[] {
  const { user, day } = row;
  const told: [EventType, Day | null][] = [
    ['buying_window.opened', row.open_since === day ? day : null],
    ['buying_window.closed', row.closed_since],
    ['best_window.opened', row.best_since === day ? day : null],
  ];
  return told.flatMap(([type, since]) => {
    if (since === null) return [];
    const { probability, expected, bestWindow, bestHour } = rowReply(row);
    const { band, stage, consent_marketing: consentMarketing } = row;
    const score = { band, stage, probability, expected, bestWindow, bestHour, consentMarketing };
    return [{ id: eventId(user, type, since), type, user, day, since, score }];
  });
}

/** That a window closed of a user who is not scored any more: silent for too long. */
export function closedOf(user: string, since: Day, day: Day): WindowEvent {
  const type = 'buying_window.closed';
  return { id: eventId(user, type, since), type, user, day, since };
}
