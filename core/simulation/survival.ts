import type { Machine } from './machine.ts';

/** Days after the morning asked at which the survival is given: the ends of a forecast's time bins. */
export const SURVIVAL_EDGES = [...Array.from({ length: 31 }, (_, i) => i + 1), 45, 60, 90, 120] as const;

const FURTHEST = SURVIVAL_EDGES[SURVIVAL_EDGES.length - 1]!;

/**
 * Works backwards through the log: the chance of no purchase over h days from a morning in each state is
 * (no purchase today) × (one step) × (the chance over h − 1 days from tomorrow), for every h at once.
 * @param visit called for each day from the last to the first; `edges()` is the table of that day at g × edges + i,
 * good until the next call
 */
export function sweepSurvival(
  machine: Machine,
  firstDay: number,
  lastDay: number,
  visit: (day: number, edges: () => Float64Array) => void,
): void {
  const { size, edgeStart, edgeTo, edge, buy } = machine;
  const width = FURTHEST + 1;
  const edges = edgeTo.length;
  let tomorrow = new Float64Array(size * width);
  let today = new Float64Array(size * width);
  for (let g = 0; g < size; g++) tomorrow[g * width] = 1;
  const table = new Float64Array(size * SURVIVAL_EDGES.length);
  const gather = (): Float64Array => {
    for (let g = 0; g < size; g++) {
      for (const [i, days] of SURVIVAL_EDGES.entries()) table[g * SURVIVAL_EDGES.length + i] = today[g * width + days]!;
    }
    return table;
  };
  const end = lastDay + FURTHEST;
  for (let day = end - 1; day >= firstDay; day--) {
    // Before the sweep has gone back far enough, only the nearest horizons are known.
    const known = Math.min(FURTHEST, end - day);
    today.fill(0);
    for (let g = 0; g < size; g++) {
      const row = g * width;
      const stays = 1 - buy[day * size + g]!;
      today[row] = 1;
      for (let e = edgeStart[g]!; e < edgeStart[g + 1]!; e++) {
        const chance = stays * edge[day * edges + e]!;
        if (chance === 0) continue;
        const from = edgeTo[e]! * width - 1;
        for (let h = 1; h <= known; h++) today[row + h]! += chance * tomorrow[from + h]!;
      }
    }
    if (day <= lastDay) visit(day, gather);
    [today, tomorrow] = [tomorrow, today];
  }
}
