/** Windows of a user's positions for training: what the model would have read on each day asked. */
import { MAX_LENGTH } from './model/contract.ts';
import { latestPositions, type Position } from './sequences.ts';

/** Windows of long histories end at multiples of this many positions, so that neighbouring days share one. */
const STRIDE = 64;
const DAY_SECONDS = 86_400;

export interface TrainingWindow {
  /** At most 256; the ones at or after a day asked are hidden from it by the network's mask. */
  positions: readonly Position[];
  /** Indices into the days asked. */
  asked: number[];
}

/**
 * @param positions whole history, oldest first
 * @param days day numbers asked, ascending, each after the first position
 */
export function trainingWindows(positions: readonly Position[], days: ArrayLike<number>): TrainingWindow[] {
  const windows = new Map<number, TrainingWindow>();
  let before = 0;
  for (let index = 0; index < days.length; index++) {
    while (before < positions.length && positions[before]!.at < days[index]! * DAY_SECONDS) before++;
    const end = before <= MAX_LENGTH ? Math.min(MAX_LENGTH, positions.length) : Math.ceil(before / STRIDE) * STRIDE;
    let window = windows.get(end);
    if (!window) {
      window = { positions: latestPositions(positions.slice(0, end)), asked: [] };
      windows.set(end, window);
    }
    window.asked.push(index);
  }
  return [...windows.values()];
}
