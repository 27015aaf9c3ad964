import { HORIZONS } from '../model/contract.ts';
import { entryWeights } from './arrivals.ts';
import { dayLikelihood } from './emission.ts';
import { visibleDays } from './history.ts';
import { type Machine, machineOf } from './machine.ts';
import type { Shop } from './shop.ts';
import { SURVIVAL_EDGES, sweepSurvival } from './survival.ts';
import { TasteMemory } from './taste.ts';
import type { SimulatedAction, SimulatedUser } from './users.ts';

/** A chain whose share of the posterior is below this is given up: it could not move a probability visibly. */
const NEGLIGIBLE = 1e-9;

/** What is known of a user on a morning: P(chain, state | actions before that day), for the chains still possible. */
export interface Belief {
  day: number;
  chains: number[];
  /** One entry per (chain, state) of the machine; those of other chains are stale. */
  weights: Float64Array;
}

/**
 * The forward algorithm over every chain and state, silent days included.
 * @param days days of the log (0-based), rising, each after the user's first day
 */
export function beliefs(machine: Machine, actions: readonly SimulatedAction[], days: readonly number[]): Belief[] {
  const { shop, size } = machine;
  const past = visibleDays(shop, actions);
  const begin = past[0];
  if (!begin || days.length === 0) return [];
  const memory = new TasteMemory(shop);
  const likelihood = new Float64Array(size);
  let chains = Array.from({ length: machine.chains }, (_, k) => k);
  let weights = entryWeights(machine, begin.day);
  let spare = new Float64Array(size);
  const found: Belief[] = [];
  let visible = 0;
  const last = days[days.length - 1]!;
  for (let day = begin.day; ; day++) {
    if (days[found.length] === day) found.push({ day, chains, weights: normalised(machine, chains, weights) });
    if (day >= last) return found;
    const seen = past[visible];
    let bought = false;
    if (seen?.day === day) {
      visible++;
      const focusRatio = memory.focusRatio(day, seen.touched);
      dayLikelihood(machine, day, { ...seen.signs, focusRatio }, chains, likelihood);
      memory.add(day, seen.touched, seen.bought);
      bought = seen.signs.purchases > 0;
      for (const k of chains) {
        for (let g = machine.first[k]!; g < machine.first[k + 1]!; g++) weights[g]! *= likelihood[g]!;
      }
      chains = rescale(machine, chains, weights);
    } else {
      for (const k of chains) {
        for (let g = machine.first[k]!; g < machine.first[k + 1]!; g++) weights[g]! *= machine.silent[day * size + g]!;
      }
      if (day % 16 === 0) chains = rescale(machine, chains, weights);
    }
    advance(machine, day, bought, chains, weights, spare);
    [weights, spare] = [spare, weights];
  }
}

function advance(
  machine: Machine,
  day: number,
  bought: boolean,
  chains: readonly number[],
  weights: Float64Array,
  out: Float64Array,
): void {
  const start = bought ? machine.boughtStart : machine.edgeStart;
  const to = bought ? machine.boughtTo : machine.edgeTo;
  const chance = bought ? machine.bought : machine.edge;
  const offset = bought ? 0 : day * machine.edgeTo.length;
  for (const k of chains) {
    const end = machine.first[k + 1]!;
    for (let g = machine.first[k]!; g < end; g++) out[g] = 0;
    for (let g = machine.first[k]!; g < end; g++) {
      const weight = weights[g]!;
      if (weight === 0) continue;
      for (let e = start[g]!; e < start[g + 1]!; e++) out[to[e]!]! += weight * chance[offset + e]!;
    }
  }
}

/** Makes the weights add up to one and drops the chains that no longer matter. */
function rescale(machine: Machine, chains: readonly number[], weights: Float64Array): number[] {
  const shares = chains.map((k) => {
    let share = 0;
    for (let g = machine.first[k]!; g < machine.first[k + 1]!; g++) share += weights[g]!;
    return share;
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const kept = chains.filter((_, i) => shares[i]! > NEGLIGIBLE * total);
  for (const k of kept) {
    for (let g = machine.first[k]!; g < machine.first[k + 1]!; g++) weights[g]! /= total;
  }
  return kept;
}

function normalised(machine: Machine, chains: readonly number[], weights: Float64Array): Float64Array {
  const copy = Float64Array.from(weights);
  rescale(machine, chains, copy);
  return copy;
}

/** The exact probabilities of one user on one morning. */
export interface Truth {
  /** Day number the truth is about; only actions before it are used. */
  day: number;
  /** P(purchase in [day, day + h)) for h = 1, 3, 7, 14, 30. */
  p: number[];
  /** P(no purchase in [day, day + edge)) for each of `SURVIVAL_EDGES`. */
  survival: Float32Array;
}

/** Survival from every (chain, state) to every edge: at g × edges + edge index, by day of the log. */
const tables = new WeakMap<Shop, Map<number, Float32Array>>();

/**
 * The truth about a user of the shop on given mornings.
 * @param dayNumbers rising, each after the user's first day and at most the day after the log's last
 * @throws RangeError for other days
 */
export function truthOf(shop: Shop, user: SimulatedUser, dayNumbers: readonly number[]): Truth[] {
  const machine = machineOf(shop);
  const days = dayNumbers.map((number) => number - shop.start);
  const first = visibleDays(shop, user.actions.slice(0, 1))[0]?.day ?? Number.POSITIVE_INFINITY;
  for (const [i, day] of days.entries()) {
    if (day <= first || day > shop.days || day <= (days[i - 1] ?? -1)) {
      throw new RangeError(`day ${dayNumbers[i]} is not a rising day between the user's first and the log's end`);
    }
  }
  const table = survivalTables(machine, days);
  return beliefs(machine, user.actions, days).map((belief) => {
    const survival = survivalOf(machine, belief, table.get(belief.day)!);
    return { day: belief.day + shop.start, p: HORIZONS.map((h) => 1 - survival[h - 1]!), survival };
  });
}

function survivalTables(machine: Machine, days: readonly number[]): Map<number, Float32Array> {
  const table = tables.get(machine.shop) ?? new Map<number, Float32Array>();
  tables.set(machine.shop, table);
  const missing = new Set(days.filter((day) => !table.has(day)));
  if (missing.size > 0) {
    sweepSurvival(machine, Math.min(...missing), Math.max(...missing), (day, edges) => {
      if (missing.has(day)) table.set(day, Float32Array.from(edges()));
    });
  }
  return table;
}

/** P(no purchase before each edge) under a belief. */
export function survivalOf(machine: Machine, belief: Belief, table: ArrayLike<number>): Float32Array {
  const edges = SURVIVAL_EDGES.length;
  const sums = new Float64Array(edges);
  for (const k of belief.chains) {
    for (let g = machine.first[k]!; g < machine.first[k + 1]!; g++) {
      const weight = belief.weights[g]!;
      if (weight === 0) continue;
      for (let i = 0; i < edges; i++) sums[i]! += weight * table[g * edges + i]!;
    }
  }
  return Float32Array.from(sums);
}
