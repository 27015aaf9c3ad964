import type { Machine } from './machine.ts';
import type { Random } from './random.ts';

/**
 * How users enter the log. A new user's first day is drawn from the shop's arrivals and shows at least one action by
 * definition; an established user lived before the log began and enters it with the first day that is not silent.
 */
export interface Entry {
  /** P(first day, chain and state on it) at day × size + g, for each origin; each adds up to one. */
  established: Float64Array;
  fresh: Float64Array;
  /** Cumulated over the days for drawing. */
  days: { established: Float64Array; fresh: Float64Array };
}

const entries = new WeakMap<Machine, Entry>();

export function entryOf(machine: Machine): Entry {
  let entry = entries.get(machine);
  if (!entry) {
    entry = build(machine);
    entries.set(machine, entry);
  }
  return entry;
}

function build(machine: Machine): Entry {
  const { shop, size } = machine;
  const established = new Float64Array(shop.days * size);
  const fresh = new Float64Array(shop.days * size);
  let alive = shop.established > 0 ? populationBefore(machine) : new Float64Array(size);
  for (let day = 0; day < shop.days; day++) {
    let open = 0;
    for (let g = 0; g < size; g++) {
      const silent = machine.silent[day * size + g]!;
      established[day * size + g] = alive[g]! * (1 - silent);
      if (silent < 1) open += machine.initial[g]!;
    }
    for (let g = 0; g < size && open > 0; g++) {
      const shows = machine.silent[day * size + g]! < 1;
      fresh[day * size + g] = shows ? (shop.arrivals[day]! * machine.initial[g]!) / open : 0;
    }
    alive = silentStep(machine, day, alive);
  }
  return {
    established,
    fresh,
    days: { established: normalise(established, shop.days), fresh: normalise(fresh, shop.days) },
  };
}

/** One silent day: (chain, state) weights from the morning of `day` to the next morning. */
export function silentStep(machine: Machine, day: number, weights: Float64Array): Float64Array<ArrayBuffer> {
  const { size, silent, edge, edgeStart, edgeTo } = machine;
  const next = new Float64Array(size);
  const edges = edgeTo.length;
  for (let g = 0; g < size; g++) {
    const weight = weights[g]! * silent[day * size + g]!;
    if (weight === 0) continue;
    for (let e = edgeStart[g]!; e < edgeStart[g + 1]!; e++) next[edgeTo[e]!]! += weight * edge[day * edges + e]!;
  }
  return next;
}

/** Users who came evenly over the days before the log, by where its first day's calendar would have taken them. */
function populationBefore(machine: Machine): Float64Array<ArrayBuffer> {
  const { shop, size, edge, edgeStart, edgeTo, boughtStart, boughtTo, bought } = machine;
  const edges = edgeTo.length;
  const week = Math.min(7, shop.days);
  const population = new Float64Array(size);
  let weights = Float64Array.from(machine.initial);
  for (let age = 0; age < shop.heritage; age++) {
    for (let g = 0; g < size; g++) population[g]! += weights[g]! / shop.heritage;
    const day = age % week;
    const next = new Float64Array(size);
    for (let g = 0; g < size; g++) {
      const buys = weights[g]! * machine.buy[day * size + g]!;
      const stays = weights[g]! - buys;
      for (let e = edgeStart[g]!; e < edgeStart[g + 1]!; e++) next[edgeTo[e]!]! += stays * edge[day * edges + e]!;
      for (let e = boughtStart[g]!; e < boughtStart[g + 1]!; e++) next[boughtTo[e]!]! += buys * bought[e]!;
    }
    weights = next;
  }
  return population;
}

function normalise(weights: Float64Array, days: number): Float64Array {
  const size = weights.length / days;
  let total = 0;
  const cumulative = new Float64Array(days);
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    if ((i + 1) % size === 0) cumulative[(i + 1) / size - 1] = total;
  }
  if (total === 0) return cumulative;
  for (let i = 0; i < weights.length; i++) weights[i]! /= total;
  for (let day = 0; day < days; day++) cumulative[day]! /= total;
  return cumulative;
}

/** Draws how a user enters: first day of the log they show on, and the (chain, state) they are in. */
export function drawEntry(machine: Machine, random: Random): { day: number; g: number } {
  const entry = entryOf(machine);
  const origin = random.chance(machine.shop.established) ? 'established' : 'fresh';
  const target = random.next();
  let day = entry.days[origin].findIndex((share) => share > target);
  if (day < 0) day = machine.shop.days - 1;
  const { size } = machine;
  return { day, g: random.weighted(entry[origin].subarray(day * size, (day + 1) * size)) };
}

/** (chain, state) weights of a user on the first day, before what that day shows is taken in. */
export function entryWeights(machine: Machine, day: number): Float64Array<ArrayBuffer> {
  const { size, shop, silent } = machine;
  const entry = entryOf(machine);
  const weights = new Float64Array(size);
  for (let g = 0; g < size; g++) {
    const at = day * size + g;
    const shows = 1 - silent[at]!;
    // Both are conditioned on a day that shows something, which the day's likelihood counts again.
    if (shows > 0) {
      weights[g] = (shop.established * entry.established[at]! + (1 - shop.established) * entry.fresh[at]!) / shows;
    }
  }
  return weights;
}
