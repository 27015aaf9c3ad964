/** What the users of a shard are expected to buy, added up: sums by day and category that hold nobody's pseudonym. */
import type { Likely } from '../forecasts.ts';
import { HORIZONS } from '../model/contract.ts';
import { within } from '../scores.ts';
import type { Day } from '../time.ts';
import { type Again, buyingDays, DEMAND_DAYS } from './buying-days.ts';

/** Buyers of one thing, over users whose days are chances of their own. */
export interface Sum {
  /** Users that it is possible for. */
  users: number;
  /** Expected buyers by day. */
  mean: Float64Array;
  /** Σ p² by day: the variance of a day is `mean − squares`. */
  squares: Float64Array;
}

export interface DemandSums {
  /** Everyone. */
  total: Sum;
  /** Purchases outside the user's own categories, as far as the forecast lists them. */
  elsewhere: Sum;
  /** In the user's own categories. */
  categories: Map<string, Sum>;
  /** By horizon: Σ P(at least one purchase) and Σ of its square. */
  within: { mean: Float64Array; squares: Float64Array };
}

export interface DemandBuilder {
  readonly sums: DemandSums;
  /**
   * @param cumulative the user's corrected cumulative hazard
   * @param categories of the forecast: the probability that the next purchase is in each
   */
  add(cumulative: Float64Array, categories: readonly Likely[]): void;
}

export function createDemandBuilder(day: Day, again: Again): DemandBuilder {
  const sums = emptySums();
  return {
    sums,
    add(cumulative, categories) {
      const p = buyingDays(cumulative, again, day);
      addTo(sums.total, p, 1);
      const listed = categories.reduce((sum, likely) => sum + likely.p, 0);
      // What rounding makes of shares may pass 1 by a little.
      const scale = 1 / Math.max(1, listed);
      for (const { text, p: share } of categories) {
        if (share <= 0) continue;
        addTo(sumOf(sums.categories, text), p, share * scale);
      }
      const left = Math.max(0, 1 - listed * scale);
      if (left > 0) addTo(sums.elsewhere, p, left);
      for (const [h, horizon] of HORIZONS.entries()) {
        const bought = within(cumulative, horizon);
        sums.within.mean[h]! += bought;
        sums.within.squares[h]! += bought ** 2;
      }
    },
  };
}

export function emptySums(): DemandSums {
  const horizons = () => new Float64Array(HORIZONS.length);
  return {
    total: emptySum(),
    elsewhere: emptySum(),
    categories: new Map(),
    within: { mean: horizons(), squares: horizons() },
  };
}

export function emptySum(): Sum {
  return { users: 0, mean: new Float64Array(DEMAND_DAYS), squares: new Float64Array(DEMAND_DAYS) };
}

/** Adds other sums to these. */
export function addSums(to: DemandSums, from: DemandSums): void {
  addSum(to.total, from.total);
  addSum(to.elsewhere, from.elsewhere);
  for (const [name, sum] of from.categories) addSum(sumOf(to.categories, name), sum);
  addAll(to.within.mean, from.within.mean);
  addAll(to.within.squares, from.within.squares);
}

export function addSum(to: Sum, from: Sum): void {
  to.users += from.users;
  addAll(to.mean, from.mean);
  addAll(to.squares, from.squares);
}

function addTo(sum: Sum, p: Float64Array, share: number): void {
  sum.users++;
  for (let t = 0; t < DEMAND_DAYS; t++) {
    const own = p[t]! * share;
    sum.mean[t]! += own;
    sum.squares[t]! += own * own;
  }
}

function sumOf(categories: Map<string, Sum>, name: string): Sum {
  const known = categories.get(name);
  if (known) return known;
  const made = emptySum();
  categories.set(name, made);
  return made;
}

function addAll(to: Float64Array, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += from[i]!;
}

const FORMAT = 1;

/** One line of JSON with the names, then the numbers as little-endian doubles. */
export function packSums(sums: DemandSums): Uint8Array {
  const names = [...sums.categories.keys()].sort();
  const head = new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, names })}\n`);
  const parts = [sums.total, sums.elsewhere, ...names.map((name) => sums.categories.get(name)!)];
  const numbers = [sums.within.mean, sums.within.squares, ...parts.flatMap(numbersOf)].flatMap((list) => [...list]);
  const packed = new Uint8Array(head.length + 8 * numbers.length);
  packed.set(head);
  const view = new DataView(packed.buffer);
  for (const [i, number] of numbers.entries()) view.setFloat64(head.length + 8 * i, number, true);
  return packed;
}

/** @throws RangeError for bytes that packSums did not make */
export function unpackSums(packed: Uint8Array): DemandSums {
  const end = packed.indexOf(0x0a);
  const { format, names } = JSON.parse(new TextDecoder().decode(packed.subarray(0, end))) as {
    format: number;
    names: string[];
  };
  const width = 1 + 2 * DEMAND_DAYS;
  if (format !== FORMAT || packed.length !== end + 1 + 8 * (2 * HORIZONS.length + (2 + names.length) * width))
    throw new RangeError('sums of demand in another form');
  const view = new DataView(packed.buffer, packed.byteOffset + end + 1);
  let at = 0;
  const take = (count: number) => Float64Array.from({ length: count }, () => view.getFloat64(8 * at++, true));
  const takeSum = (): Sum => ({ users: take(1)[0]!, mean: take(DEMAND_DAYS), squares: take(DEMAND_DAYS) });
  const mean = take(HORIZONS.length);
  const squares = take(HORIZONS.length);
  const total = takeSum();
  const elsewhere = takeSum();
  return { total, elsewhere, categories: new Map(names.map((name) => [name, takeSum()])), within: { mean, squares } };
}

function numbersOf({ users, mean, squares }: Sum): Float64Array[] {
  return [Float64Array.of(users), mean, squares];
}
