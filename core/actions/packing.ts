/**
 * Actions as bytes, a third of what attributes of their own would take; nothing of them is lost. A format's number, then
 * one action after another:
 *
 *     form      which of the parts below there are, and how numbers are written
 *     at        milliseconds since the action before, zigzag
 *     word      text
 *     id        text, and where its end is a UUID or 32 hex digits: their 16 bytes, and text behind them. Before a UUID
 *               may be thirteen digits and a dash, as browsers' clients send them: milliseconds after `at`, zigzag
 *     value, quantity
 *
 * Whole numbers are LEB128: seven bits a byte, lowest first. A text is a whole number n: n > 0 is the n-th text of these
 * bytes; 0 stands before a new one, which is its length and UTF-8.
 */
import type { Action } from './action.ts';

const FORMAT = 1;
const FORM = { uuid: 1, hex: 2, clock: 4, cents: 8, value: 16, units: 32, quantity: 64 } as const;
/** Larger values are written as doubles. */
const MOST = 2 ** 40;

const ID = /^(.*?)(?:([1-9]\d{12})-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(.*)$/s;

export class Unpackable extends Error {}

/** @param actions whose moments are whole milliseconds */
export function packActions(actions: readonly Action[]): Uint8Array {
  const out = createWriter();
  out.byte(FORMAT);
  let before = 0;
  for (const { word, at, id, value, quantity } of actions) {
    const [, start = id, clock, digits, end = ''] = ID.exec(id) ?? [];
    const cents = value === undefined ? undefined : Math.round(value * 100);
    const form =
      (digits === undefined ? 0 : digits.length === 32 ? FORM.hex : FORM.uuid) |
      (clock === undefined ? 0 : FORM.clock) |
      (value === undefined ? 0 : isExact(cents! / 100, value) ? FORM.cents : FORM.value) |
      (quantity === undefined ? 0 : isExact(Math.round(quantity), quantity) ? FORM.units : FORM.quantity);
    out.byte(form);
    out.signed(at - before);
    before = at;
    out.text(word);
    out.text(start);
    if (clock !== undefined) out.signed(Number(clock) - at);
    if (digits !== undefined) {
      out.bytes(Buffer.from(digits.replaceAll('-', ''), 'hex'));
      out.text(end);
    }
    if (form & FORM.cents) out.signed(cents!);
    if (form & FORM.value) out.double(value!);
    if (form & FORM.units) out.signed(quantity!);
    if (form & FORM.quantity) out.double(quantity!);
  }
  return out.done();
}

/** @throws Unpackable for what packActions does not give */
export function unpackActions(bytes: Uint8Array): Action[] {
  const read = createReader(bytes);
  if (read.byte() !== FORMAT) throw new Unpackable('a format that is not known');
  const actions: Action[] = [];
  let at = 0;
  while (read.hasMore()) {
    const form = read.byte();
    at += read.signed();
    const word = read.text();
    let id = read.text();
    if (form & FORM.clock) id += `${at + read.signed()}-`;
    if (form & (FORM.uuid | FORM.hex)) {
      const digits = Buffer.from(read.bytes(16)).toString('hex');
      id += form & FORM.hex ? digits : digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      id += read.text();
    }
    const action: Action = { word, at, id };
    if (form & FORM.cents) action.value = read.signed() / 100;
    if (form & FORM.value) action.value = read.double();
    if (form & FORM.units) action.quantity = read.signed();
    if (form & FORM.quantity) action.quantity = read.double();
    actions.push(action);
  }
  return actions;
}

/** Whether what is read from a whole number is what was given; -0 is not. */
function isExact(read: number, given: number): boolean {
  return Object.is(read + 0, given) && Math.abs(given) < MOST;
}

function createWriter() {
  const parts: number[] = [];
  const known = new Map<string, number>();
  const writer = {
    byte: (value: number) => void parts.push(value),
    bytes(values: Uint8Array) {
      for (const value of values) parts.push(value);
    },
    whole(value: number) {
      let left = value;
      for (; left >= 128; left = Math.floor(left / 128)) parts.push((left % 128) | 128);
      parts.push(left);
    },
    signed(value: number) {
      if (!Number.isInteger(value) || !Number.isSafeInteger(2 * value))
        throw new RangeError(`${value} cannot be packed`);
      writer.whole(value < 0 ? -2 * value - 1 : 2 * value);
    },
    double(value: number) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      writer.bytes(bytes);
    },
    text(text: string) {
      const number = known.get(text);
      if (number !== undefined) return writer.whole(number);
      known.set(text, known.size + 1);
      const utf8 = Buffer.from(text);
      writer.whole(0);
      writer.whole(utf8.length);
      writer.bytes(utf8);
    },
    done: () => Uint8Array.from(parts),
  };
  return writer;
}

function createReader(given: Uint8Array) {
  const all = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const known: string[] = [];
  let next = 0;
  const reader = {
    hasMore: () => next < all.length,
    bytes(count: number): Buffer {
      if (next + count > all.length) throw new Unpackable('they end within an action');
      next += count;
      return all.subarray(next - count, next);
    },
    byte: (): number => reader.bytes(1)[0]!,
    whole(): number {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = reader.byte();
        value += (byte & 127) * scale;
        if (value > 2 ** 53) throw new Unpackable('a number that is too large');
        if (byte < 128) return value;
      }
    },
    signed(): number {
      const value = reader.whole();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    double: (): number => reader.bytes(8).readDoubleLE(),
    text(): string {
      const number = reader.whole();
      if (number > 0) return known[number - 1] ?? unknown(number);
      const text = reader.bytes(reader.whole()).toString('utf8');
      known.push(text);
      return text;
    },
  };
  return reader;
}

function unknown(number: number): never {
  throw new Unpackable(`there is no text ${number}`);
}
