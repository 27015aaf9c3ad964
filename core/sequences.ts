/** From a user's actions to the positions the model reads: collapsed once, here, for training and serving alike. */
import { type Action, categoryOf, typeOf } from './actions/action.ts';
import { LOCAL_CATEGORIES, MAX_LENGTH, type Sequence } from './model/contract.ts';
import type { Zone } from './time.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Of the positions of a sequence, at most this many are kept for purchases older than the rest. */
export const OLD_PURCHASES = 64;
const DAY_SECONDS = 86_400;

/** One position: consecutive repeats of one word on one day. */
export interface Position {
  word: string;
  /** Wall-clock seconds of the last repeat. */
  at: number;
  count: number;
}

/**
 * A user's whole history as positions, oldest first.
 * @param actions in sequence order (compareActions)
 */
export function collapse(actions: readonly Action[], zone: Zone): Position[] {
  const positions: Position[] = [];
  let last: Position | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  for (const action of actions) {
    // Wall clocks step back when summer ends; the model's times never fall.
    const at = Math.max(latest, zone.wallClock(action.at));
    latest = at;
    if (last && last.word === action.word && sameDay(last.at, at)) {
      last.count++;
      last.at = at;
    } else {
      last = { word: action.word, at, count: 1 };
      positions.push(last);
    }
  }
  return positions;
}

function sameDay(a: number, b: number): boolean {
  return Math.floor(a / DAY_SECONDS) === Math.floor(b / DAY_SECONDS);
}

/** The latest 256 positions, of which up to 64 are purchases older than the rest. */
export function latestPositions(positions: readonly Position[]): readonly Position[] {
  if (positions.length <= MAX_LENGTH) return positions;
  const isPurchase = (position: Position) => typeOf(position.word) === 'purchase';
  const surely = positions.length - (MAX_LENGTH - OLD_PURCHASES);
  const kept = Math.min(OLD_PURCHASES, positions.slice(0, surely).filter(isPurchase).length);
  const tail = positions.length - (MAX_LENGTH - kept);
  const old = kept === 0 ? [] : positions.slice(0, tail).filter(isPurchase).slice(-kept);
  return [...old, ...positions.slice(tail)];
}

/** What the model reads of these positions. */
export function encode(positions: readonly Position[], vocabulary: Vocabulary): Sequence {
  const length = positions.length;
  const sequence: Sequence = {
    words: new Int32Array(length),
    at: new Float64Array(length),
    count: new Float32Array(length),
    local: new Int32Array(length),
    categories: [],
  };
  const recent = recentCategories(positions);
  const numbers = new Map<string, number>();
  for (const [index, { word, at, count }] of positions.entries()) {
    sequence.words[index] = vocabulary.id(word);
    sequence.at[index] = at;
    sequence.count[index] = count;
    const category = categoryOf(word);
    if (!recent.has(category)) continue;
    let number = numbers.get(category);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(category, number);
      sequence.categories.push(category);
    }
    sequence.local[index] = number;
  }
  return sequence;
}

function recentCategories(positions: readonly Position[]): Set<string> {
  const recent = new Set<string>();
  for (let index = positions.length - 1; index >= 0 && recent.size < LOCAL_CATEGORIES; index--) {
    const category = categoryOf(positions[index]!.word);
    if (category) recent.add(category);
  }
  return recent;
}

/**
 * A user's sequence as the model reads it.
 * @param actions in sequence order, all before the origin
 */
export function buildSequence(actions: readonly Action[], zone: Zone, vocabulary: Vocabulary): Sequence {
  return encode(latestPositions(collapse(actions, zone)), vocabulary);
}
