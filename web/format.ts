/** Numbers, days and times as the pages write them. */
import { type Day, daysBetween } from '../core/time.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return whole.format(value);
}

/** A probability as percent: `<0.1 %`, `4.2 %`, `61 %`. Never 0 % or 100 % for what is only nearly so. */
export function percent(value: number): string {
  const number = percentNumber(value);
  return `${number}\u202f%`;
}

export function percentNumber(value: number): string {
  const hundredths = value * 100;
  if (value <= 0) return '0';
  if (hundredths < 0.1) return '<0.1';
  if (hundredths < 9.95) return hundredths.toFixed(1);
  if (hundredths > 99 && value < 1) return '>99';
  return hundredths.toFixed(0);
}

/** A difference of probabilities: `+8.3 points`, `−0.4 points`. */
export function points(difference: number): string {
  const size = Math.abs(difference) * 100;
  const text = size < 0.05 ? '0.0' : size.toFixed(1);
  const sign = text === '0.0' ? '' : difference > 0 ? '+' : '−';
  return `${sign}${text}\u202fpoints`;
}

/** `1 user`, `2 users`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)}\u00a0${value === 1 ? one : many}`;
}

function dayFormat(options: Intl.DateTimeFormatOptions): (day: Day) => string {
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  return (day) => format.format(Date.parse(`${day}T00:00:00Z`));
}

/** `23 Nov` */
export const shortDay = dayFormat({ day: 'numeric', month: 'short' });
/** `23 Nov 2026` */
export const fullDay = dayFormat({ day: 'numeric', month: 'short', year: 'numeric' });
/** `Mon 23 Nov` */
export const weekDay = dayFormat({ weekday: 'short', day: 'numeric', month: 'short' });
/** `Monday, 23 November 2026` */
export const longDay = dayFormat({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** `23 – 25 Nov`, `30 Nov – 2 Dec` */
export function dayRange(from: Day, to: Day): string {
  if (from === to) return shortDay(from);
  const start = from.slice(0, 7) === to.slice(0, 7) ? String(Number(from.slice(8))) : shortDay(from);
  return `${start}\u00a0–\u00a0${shortDay(to)}`;
}

/** `in 9 days`, `2 days earlier`: a day as seen from another. */
export function fromDay(day: Day, from: Day): string {
  const days = daysBetween(from, day);
  if (days === 0) return 'the same day';
  if (days === 1) return 'the next day';
  return days > 0 ? `in ${days} days` : `${-days} ${days === -1 ? 'day' : 'days'} earlier`;
}

/** `Tue 20:00`: an hour of the week. */
export function hourText({ weekday, hour }: { weekday: string; hour: number }): string {
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1, 3)} ${String(hour).padStart(2, '0')}:00`;
}

/** A number of users or units that is only expected: `0.4`, `12.3`, `148`. */
export function amount(value: number): string {
  return value < 9.95 ? value.toFixed(1) : whole.format(value);
}

/** First characters of a pseudonym: enough to tell users apart on a page. */
export function shortName(pseudonym: string): string {
  return `~${pseudonym.slice(0, 10)}`;
}

/** `21:04` in a time zone. */
export function timeIn(zone: string | undefined): (instant: number | string) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(zone && { timeZone: zone }),
  });
  return (instant) => format.format(new Date(instant));
}
