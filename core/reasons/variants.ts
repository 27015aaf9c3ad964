/** Histories that did not happen: without some episodes, or with less time passed since. */
import type { Position } from '../sequences.ts';
import { dayOfPosition } from './parts.ts';

const DAY_SECONDS = 86_400;

/** What is changed about a history. */
export interface Change {
  /** Left out. */
  without?: ReadonlySet<Position>;
  /** Days by which everything is later. */
  later?: number;
}

/**
 * A changed history, oldest first. What was repeated with only left-out positions between is one position again, as the
 * model always reads it. Of a history that would be empty its last day stays; it is empty where nothing else was in it.
 */
export function changed(positions: readonly Position[], { without, later = 0 }: Change): Position[] {
  const left = without ? leftOf(positions, without) : positions;
  return merged(later === 0 ? left : left.map((each) => ({ ...each, at: each.at + later * DAY_SECONDS })));
}

function leftOf(positions: readonly Position[], without: ReadonlySet<Position>): readonly Position[] {
  const left = positions.filter((position) => !without.has(position));
  if (left.length > 0) return left;
  const lastDay = dayOfPosition(positions.at(-1)!);
  const last = positions.filter((position) => dayOfPosition(position) === lastDay);
  return last.length < positions.length ? last : [];
}

function merged(positions: readonly Position[]): Position[] {
  const result: Position[] = [];
  for (const position of positions) {
    const last = result.at(-1);
    if (last && last.word === position.word && dayOfPosition(last) === dayOfPosition(position))
      result[result.length - 1] = { word: last.word, at: position.at, count: last.count + position.count };
    else result.push(position);
  }
  return result;
}
