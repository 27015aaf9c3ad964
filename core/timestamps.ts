/** Timestamps as clients and files write them: ISO 8601, epoch seconds or epoch milliseconds. */
import { isDay, type Zone } from './time.ts';

/** At or above this a number is milliseconds: 1973 in milliseconds, the year 5138 in seconds. */
const FIRST_MILLISECOND = 1e11;
/** The last instant that JavaScript's calendar knows. */
const LAST_INSTANT = 8.64e15;
const LONGEST = 64;

const EPOCH = /^[+-]?\d+(?:\.\d*)?$/;
const BASIC_DATE = /^(?:19|20)\d{6}$/;
const DATE = String.raw`(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))`;
const TIME = String.raw`(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?|(\d\d)(?:(\d\d)(?:[.,](\d+))?)?)`;
const OFFSET = String.raw`(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?`;
const ISO = new RegExp(`^${DATE}(?:[T ]${TIME}${OFFSET})?$`, 'i');

/**
 * Reads a timestamp: ISO 8601 (extended or basic, a space for the `T` too), epoch seconds or epoch milliseconds, as
 * text or number. Without an offset it is the wall clock of the zone; a bare date is the first instant of its day.
 * Eight digits of text are a date (`20260131`), not a second of 1970.
 * @returns epoch milliseconds, whatever the era; undefined when it is no timestamp
 */
export function parseTimestamp(value: unknown, zone: Zone): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  const text = value.trim();
  if (EPOCH.test(text) && !BASIC_DATE.test(text)) return fromEpoch(Number(text));
  return fromIso(text, zone);
}

function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const ms = Math.abs(value) < FIRST_MILLISECOND ? Math.round(value * 1000) : Math.trunc(value);
  // The sum turns -0 into 0.
  return Math.abs(ms) <= LAST_INSTANT ? ms + 0 : undefined;
}

function fromIso(text: string, zone: Zone): number | undefined {
  const part = ISO.exec(text);
  if (!part) return undefined;
  const day = `${part[1]}-${part[2] ?? part[4]}-${part[3] ?? part[5]}`;
  if (!isDay(day)) return undefined;
  if (part[6] === undefined) return zone.startOf(day);
  const hour = Number(part[6]);
  const minute = Number(part[7] ?? part[10] ?? 0);
  const second = Number(part[8] ?? part[11] ?? 0);
  const fraction = part[9] ?? part[12] ?? '';
  // 24:00:00 ends a day, and a leap second is the first of the next minute.
  const endOfDay = hour === 24 && minute === 0 && second === 0 && !/[1-9]/.test(fraction);
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 60) return undefined;
  const wall =
    Date.parse(`${day}T00:00:00Z`) +
    (hour * 3600 + minute * 60 + second) * 1000 +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (part[13] === undefined) return zone.instantOf(wall);
  const offset = offsetMs(part[13]);
  return offset === undefined ? undefined : wall - offset;
}

function offsetMs(text: string): number | undefined {
  if (/^[a-z]/i.test(text)) return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return undefined;
  return (text[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
