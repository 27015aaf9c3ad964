/** A calendar day of the shop's time zone, `YYYY-MM-DD`. */
export type Day = string;

const SECOND = 1_000;
const DAY = 86_400_000;
const QUARTER_HOUR = 900_000;

/** Days since 1970-01-01 of a calendar day. */
export function dayNumber(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
}

export function dayFromNumber(number: number): Day {
  return new Date(number * DAY).toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return dayFromNumber(dayNumber(day) + days);
}

/** Whole days from `from` to `to`, negative when `to` comes first. */
export function daysBetween(from: Day, to: Day): number {
  return dayNumber(to) - dayNumber(from);
}

/** Whether the text is a calendar day that exists (`2026-02-30` does not). */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

export class UnknownTimeZone extends Error {
  readonly zone: string;
  constructor(zone: string) {
    super(`time zone "${zone}" does not exist; use an IANA name such as Europe/Berlin or UTC`);
    this.name = 'UnknownTimeZone';
    this.zone = zone;
  }
}

/** The calendar of one time zone. */
export interface Zone {
  name: string;
  /** Milliseconds to add to an instant to read the wall clock as if it were UTC. */
  offsetAt(instant: number): number;
  /** Wall-clock seconds of an instant, as if UTC (the model's `at`). */
  wallClock(instant: number): number;
  dayOf(instant: number): Day;
  /** First instant of a day: 00:00, or what follows it where clocks skip midnight. */
  startOf(day: Day): number;
  /**
   * Instant of a wall-clock time given as milliseconds as if UTC. A time that does not exist is read with the offset
   * before the change, a time that exists twice is the first of the two.
   */
  instantOf(wallClockMs: number): number;
}

/** @throws UnknownTimeZone */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const zone = createZone(name);
  zones.set(name, zone);
  return zone;
}

const zones = new Map<string, Zone>();

function createZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new UnknownTimeZone(name);
  }
  const readOffset = (instant: number): number => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const wall = new Date(0);
    wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
    return wall.getTime() - Math.floor(instant / SECOND) * SECOND;
  };
  // Offsets are kept by quarter hours of UTC, where nearly all changes are. The few quarters inside which one changes
  // (Newfoundland's 00:01, Liberia in 1972) and instants before 1970 are read one by one.
  const offsets = new Map<number, number | undefined>();
  const offsetAt = (instant: number): number => {
    if (instant < 0) return readOffset(instant);
    const quarter = Math.floor(instant / QUARTER_HOUR);
    let offset = offsets.get(quarter);
    if (offset === undefined && !offsets.has(quarter)) {
      const first = readOffset(quarter * QUARTER_HOUR);
      offset = first === readOffset((quarter + 1) * QUARTER_HOUR - SECOND) ? first : undefined;
      if (offsets.size > 200_000) offsets.clear();
      offsets.set(quarter, offset);
    }
    return offset ?? readOffset(instant);
  };
  const instantOf = (wallClockMs: number): number => {
    const before = wallClockMs - offsetAt(wallClockMs - DAY);
    if (before + offsetAt(before) === wallClockMs) return before;
    const after = wallClockMs - offsetAt(wallClockMs + DAY);
    return after + offsetAt(after) === wallClockMs ? after : before;
  };
  const startOf = (day: Day): number => {
    const wall = Date.parse(`${day}T00:00:00Z`);
    const instant = instantOf(wall);
    if (instant + offsetAt(instant) === wall) return instant;
    // Midnight is skipped: the day begins at the change, the first instant whose wall clock is past midnight.
    let low = wall - offsetAt(wall - DAY) - DAY / 2;
    let high = low + DAY;
    while (high - low > SECOND) {
      const middle = Math.floor((low + high) / 2 / SECOND) * SECOND;
      if (middle + offsetAt(middle) >= wall) high = middle;
      else low = middle;
    }
    return high;
  };
  return {
    name,
    offsetAt,
    wallClock: (instant) => Math.floor((instant + offsetAt(instant)) / SECOND),
    dayOf: (instant) => new Date(instant + offsetAt(instant)).toISOString().slice(0, 10),
    startOf,
    instantOf,
  };
}
