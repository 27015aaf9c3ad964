/** Reads the attributes of a stored item, so that a damaged one is told by its key and not by what fails later. */
import { isDay } from '../../core/time.ts';
import { DamagedItem } from './errors.ts';

type Item = Record<string, unknown>;

export interface Fields {
  text(name: string): string;
  day(name: string): string;
  /** A whole number of at least 0. */
  whole(name: string): number;
  number(name: string): number;
  bytes(name: string): Uint8Array;
  json(name: string): unknown;
  has(name: string): boolean;
  fail(what: string): never;
}

/** @param key the item's key as shown in errors */
export function fieldsOf(table: string, key: string, item: Item): Fields {
  const fail = (what: string): never => {
    throw new DamagedItem(table, key, what);
  };
  const text = (name: string): string => {
    const value = item[name];
    return typeof value === 'string' ? value : fail(`${name} is not a text`);
  };
  const number = (name: string): number => {
    const value = item[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : fail(`${name} is not a number`);
  };
  return {
    text,
    number,
    fail,
    has: (name) => item[name] !== undefined,
    day(name) {
      const value = text(name);
      return isDay(value) ? value : fail(`${name} is not a day`);
    },
    whole(name) {
      const value = number(name);
      return Number.isSafeInteger(value) && value >= 0 ? value : fail(`${name} is not a whole number`);
    },
    bytes(name) {
      const value = item[name];
      return value instanceof Uint8Array ? value : fail(`${name} is not binary`);
    },
    json(name) {
      try {
        return JSON.parse(text(name));
      } catch (error) {
        // The parser's own message quotes what it was given.
        if (error instanceof SyntaxError) return fail(`${name} is not JSON`);
        throw error;
      }
    },
  };
}
