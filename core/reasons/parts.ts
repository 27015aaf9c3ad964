/**
 * What a user's history is taken apart into, to see what each part moves: episodes (a word's actions of one day), put
 * together where they say the same. Left out one by one they would hardly move anything, since the others stay.
 */
import { type ActionType, type ActionWord, typeOf } from '../actions/action.ts';
import { latestPositions, type Position } from '../sequences.ts';

const DAY_SECONDS = 86_400;
/** Ages in days up to which what a user looked at belongs together. */
const AGES = [7, 30, Number.POSITIVE_INFINITY] as const;
const BUYING: readonly ActionType[] = ['purchase', 'refund'];

/** Episodes that are left out together, oldest first. */
export interface Part {
  /** Every purchase and return, as the habit that they are; or what else was done within a like time. */
  kind: 'buying' | 'looking';
  positions: readonly Position[];
}

export function dayOfPosition({ at }: Position): number {
  return Math.floor(at / DAY_SECONDS);
}

/**
 * The parts of a history: at most four.
 * @param positions the whole history, oldest first; only what the model sees of it is taken apart
 * @param today day number of the origin
 */
export function partsOf(positions: readonly Position[], today: number): Part[] {
  const parts = new Map<string, { kind: Part['kind']; positions: Position[] }>();
  for (const position of latestPositions(positions)) {
    const kind = BUYING.includes(typeOf(position.word)) ? 'buying' : 'looking';
    const age = AGES.findIndex((days) => today - dayOfPosition(position) <= days);
    const key = kind === 'buying' ? kind : `${kind} ${age}`;
    const part = parts.get(key);
    if (part) part.positions.push(position);
    else parts.set(key, { kind, positions: [position] });
  }
  return [...parts.values()];
}

/** Actions by word, most used first. */
export function wordCounts(positions: readonly Position[]): { word: ActionWord; count: number }[] {
  const counts = new Map<ActionWord, number>();
  for (const { word, count } of positions) counts.set(word, (counts.get(word) ?? 0) + count);
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
}

/** The middle one of the user's own gaps in days between purchases; undefined for less than two gaps. */
export function usualGap(positions: readonly Position[]): number | undefined {
  const days = new Set<number>();
  for (const position of positions) if (typeOf(position.word) === 'purchase') days.add(dayOfPosition(position));
  const bought = [...days];
  const gaps = bought.slice(1).map((day, i) => day - bought[i]!);
  return gaps.length < 2 ? undefined : gaps.sort((a, b) => a - b)[gaps.length >> 1];
}
