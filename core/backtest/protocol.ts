/** Which days a backtest asks about and what it may judge: split by time, fixed before anything is predicted. */
import { HORIZONS } from '../model/contract.ts';
import { addDays, type Day, daysBetween, isDay } from '../time.ts';

export interface Protocol {
  /** Excluded: nothing of this day or later trains anything. */
  trainEnd: Day;
  /** Ascending, none before `trainEnd`. */
  origins: Day[];
  activeDays: number;
  /** Ascending, those of the model contract. */
  horizons: number[];
  /** Last day whose purchases count as outcomes. */
  end: Day;
}

/** The protocol cannot be carried out on this log; the message names the option and the remedy. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtocolError';
  }
}

const WEEK = 7;
/** Without --train-end, four weekly origins and the longest horizon fit behind it, in a log long enough. */
const HELD_BACK = 3 * WEEK + 30;

/**
 * @param log first and last day of the log
 * @throws ProtocolError
 */
export function planProtocol(
  log: { firstDay: Day; lastDay: Day },
  asked: { trainEnd?: string; origins?: string[]; activeDays: number; horizons?: string[]; end?: string },
): Protocol {
  const horizons = parseHorizons(asked.horizons);
  const end = parseDay('--end', asked.end) ?? log.lastDay;
  if (end > log.lastDay || end < log.firstDay)
    throw new ProtocolError(`--end ${end} is outside the log, which goes from ${log.firstDay} to ${log.lastDay}`);
  const third = Math.ceil((daysBetween(log.firstDay, end) + 1) / 3);
  const trainEnd = parseDay('--train-end', asked.trainEnd) ?? addDays(end, 1 - Math.min(HELD_BACK, third));
  if (trainEnd <= log.firstDay || trainEnd > end)
    throw new ProtocolError(
      `--train-end ${trainEnd} leaves nothing on one side: the log goes from ${log.firstDay} to ${end}`,
    );
  const origins = asked.origins ? parseOrigins(asked.origins) : weekly(trainEnd, end, horizons[0]!);
  const early = origins.find((origin) => origin < trainEnd);
  if (early)
    throw new ProtocolError(`--origins ${early} is before --train-end ${trainEnd}: its outcomes were trained on`);
  const protocol = { trainEnd, origins, activeDays: asked.activeDays, horizons, end };
  if (!horizons.some((horizon) => origins.some((origin) => fits(protocol, origin, horizon))))
    throw new ProtocolError(
      `no window of ${horizons[0]} days from an origin on (${origins.join(', ') || 'none'}) ends by ${end}, ` +
        'the last day; name earlier --origins or shorter --horizons',
    );
  return protocol;
}

/** Whether the outcome of a horizon is known at an origin: its window ends by the last day. Others are dropped. */
export function fits({ end }: { end: Day }, origin: Day, horizon: number): boolean {
  return daysBetween(origin, end) >= horizon - 1;
}

/**
 * Days on which baselines are trained, newest first.
 * @param every days between two of them; 7 puts them on the weekdays of the origins
 */
export function snapshotDays({ trainEnd, origins }: Protocol, firstDay: Day, every = WEEK): Day[] {
  const places = new Set(origins.map((origin) => daysBetween(trainEnd, origin) % every));
  // A history of a few days says nothing yet: nobody has been active or silent for long.
  const burnIn = Math.min(4 * WEEK, Math.floor(daysBetween(firstDay, trainEnd) / 3));
  const days: Day[] = [];
  for (let ago = 1; ago <= daysBetween(firstDay, trainEnd) - burnIn; ago++)
    if (places.has((every - (ago % every)) % every)) days.push(addDays(trainEnd, -ago));
  return days;
}

function weekly(trainEnd: Day, end: Day, shortest: number): Day[] {
  const origins: Day[] = [];
  for (let day = trainEnd; daysBetween(day, end) >= shortest - 1; day = addDays(day, WEEK)) origins.push(day);
  return origins;
}

function parseHorizons(texts: string[] | undefined): number[] {
  if (!texts) return [...HORIZONS];
  const horizons = texts.map((text) => {
    const horizon = Number(text);
    if (!HORIZONS.some((known) => known === horizon))
      throw new ProtocolError(`--horizons ${text} is not one of ${HORIZONS.join(', ')}`);
    return horizon;
  });
  return [...new Set(horizons)].sort((a, b) => a - b);
}

function parseOrigins(texts: string[]): Day[] {
  return [...new Set(texts.map((text) => parseDay('--origins', text)!))].sort();
}

function parseDay(option: string, text: string | undefined): Day | undefined {
  if (text !== undefined && !isDay(text))
    throw new ProtocolError(`${option} ${text} is not a day; write it as YYYY-MM-DD`);
  return text;
}
