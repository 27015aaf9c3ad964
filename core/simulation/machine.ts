import { BEYOND, type DayFactors, dayFactors } from './calendar.ts';
import { type Shop, SIGNS } from './shop.ts';

/** Means of the view counts that a state may have, geometric steps: likelihoods are looked up by level. */
export const VIEW_LEVELS = Array.from({ length: 18 }, (_, level) => 1.35 ** level);

/**
 * A shop's chains laid out flat for fast passes over (chain, state): one index g per pair, edges in compressed rows,
 * every day's probabilities worked out once.
 */
export interface Machine {
  shop: Shop;
  chains: number;
  /** Number of (chain, state) pairs. */
  size: number;
  /** First pair of each chain; one more entry than chains. */
  first: Int32Array;
  chainOf: Int32Array;
  /** Moves after a day without a purchase, staying included: edges of pair g are edgeStart[g] … edgeStart[g + 1]. */
  edgeStart: Int32Array;
  edgeTo: Int32Array;
  /** Probability of each edge from the log's day d to d + 1, at d × edges + e. */
  edge: Float64Array;
  /** The same for a day with a purchase; not dependent on the day. */
  boughtStart: Int32Array;
  boughtTo: Int32Array;
  bought: Float64Array;
  /** P(purchase day), P(visible browsing without a purchase), P(no action at all) by day, at d × size + g. */
  buy: Float64Array;
  visit: Float64Array;
  silent: Float64Array;
  /** Share of new users × state on their first day. */
  initial: Float64Array;
  /** Level of the views of a visible day without and with a purchase. */
  level: [Int32Array, Int32Array];
  /** Chance of each tracked sign on a visible day without and with a purchase. */
  signs: { sign: (typeof SIGNS)[number]; chance: [Float64Array, Float64Array] }[];
  stick: Float64Array;
  /** Mean purchase lines of each chain. */
  lines: Float64Array;
  days: number;
}

const machines = new WeakMap<Shop, Machine>();

/** The machine of a shop, made at its first use. */
export function machineOf(shop: Shop): Machine {
  let machine = machines.get(shop);
  if (!machine) {
    machine = build(shop);
    machines.set(shop, machine);
  }
  return machine;
}

function build(shop: Shop): Machine {
  const { chains } = shop;
  const first = new Int32Array(chains.length + 1);
  for (const [k, chain] of chains.entries()) first[k + 1] = first[k]! + chain.states.length;
  const size = first[chains.length]!;
  const days = shop.days + BEYOND;
  const states = chains.flatMap((chain) => chain.states);
  const chainOf = Int32Array.from(chains.flatMap((chain, k) => chain.states.map(() => k)));
  const signs = SIGNS.filter((sign) => shop.tracked.has(sign)).map((sign) => ({
    sign,
    chance: [
      Float64Array.from(states, (state) => state.signs[sign]),
      Float64Array.from(states, () => shop.signsOnPurchase[sign]),
    ] as [Float64Array, Float64Array],
  }));
  const machine: Machine = {
    shop,
    chains: chains.length,
    size,
    first,
    chainOf,
    ...moves(shop, first),
    ...purchases(shop, first),
    buy: new Float64Array(days * size),
    visit: new Float64Array(days * size),
    silent: new Float64Array(days * size),
    initial: Float64Array.from(
      chains.flatMap(({ weight, initial }) => initial.map((probability) => weight * probability)),
    ),
    level: [
      Int32Array.from(states, (state) => levelOf(state.views)),
      Int32Array.from(states, (state) => levelOf(state.views * shop.viewsOnPurchase)),
    ],
    signs,
    stick: Float64Array.from(states, (state) => state.stick),
    lines: Float64Array.from(chains, (chain) => chain.lines),
    days,
  };
  fillDays(machine, states);
  return machine;
}

/** P(no tracked action | a visible day without a purchase); `visit`, where tracked, always shows. */
export function blankChance(machine: Machine, g: number): number {
  const { shop, signs } = machine;
  if (shop.tracked.has('visit')) return 0;
  let blank = shop.tracked.has('view') ? 1 - shop.viewShare : 1;
  for (const { chance } of signs) blank *= 1 - chance[0][g]!;
  return blank;
}

function fillDays(machine: Machine, states: Shop['chains'][number]['states']): void {
  const { shop, size, days } = machine;
  const factors = factorsByType(shop);
  for (let g = 0; g < size; g++) {
    const state = states[g]!;
    const factor = factors[shop.chains[machine.chainOf[g]!]!.type]!;
    const blank = blankChance(machine, g);
    for (let day = 0; day < days; day++) {
      const buy = 1 - Math.exp(-state.buy * factor.buy[day]!);
      const visit = 1 - Math.exp(-state.visit * factor.visit[day]!);
      machine.buy[day * size + g] = buy;
      machine.visit[day * size + g] = visit;
      machine.silent[day * size + g] = (1 - buy) * (1 - visit + visit * blank);
    }
  }
}

function factorsByType(shop: Shop): DayFactors[] {
  return shop.types.map((_, type) => dayFactors(shop, type));
}

/** Competing hazards: leave with 1 − exp(−sum of rates), to each target in proportion to its rate. */
function moves(shop: Shop, first: Int32Array): Pick<Machine, 'edgeStart' | 'edgeTo' | 'edge'> {
  const factors = factorsByType(shop);
  const edgeStart = [0];
  const edgeTo: number[] = [];
  const rows: { rates: number[]; appetite: boolean[]; type: number }[] = [];
  for (const [k, chain] of shop.chains.entries()) {
    for (let s = 0; s < chain.states.length; s++) {
      const out = chain.moves.filter((move) => move.from === s && move.rate > 0);
      edgeTo.push(first[k]! + s, ...out.map((move) => first[k]! + move.to));
      edgeStart.push(edgeTo.length);
      rows.push({ rates: out.map((m) => m.rate), appetite: out.map((m) => m.appetite), type: chain.type });
    }
  }
  const days = shop.days + BEYOND;
  const edges = edgeTo.length;
  const edge = new Float64Array(days * edges);
  for (let day = 0; day < days; day++) {
    const next = Math.min(days - 1, day + 1);
    for (const [g, { rates, appetite, type }] of rows.entries()) {
      const factor = factors[type]!.appetite[next]!;
      let total = 0;
      for (let i = 0; i < rates.length; i++) total += rates[i]! * (appetite[i] ? factor : 1);
      const leave = 1 - Math.exp(-total);
      const at = day * edges + edgeStart[g]!;
      edge[at] = 1 - leave;
      for (let i = 0; i < rates.length; i++) {
        edge[at + 1 + i] = total > 0 ? (leave * rates[i]! * (appetite[i] ? factor : 1)) / total : 0;
      }
    }
  }
  return { edgeStart: Int32Array.from(edgeStart), edgeTo: Int32Array.from(edgeTo), edge };
}

function purchases(shop: Shop, first: Int32Array): Pick<Machine, 'boughtStart' | 'boughtTo' | 'bought'> {
  const boughtStart = [0];
  const boughtTo: number[] = [];
  const bought: number[] = [];
  for (const [k, chain] of shop.chains.entries()) {
    for (const row of chain.afterPurchase) {
      for (const [to, probability] of row.entries()) {
        if (probability <= 0) continue;
        boughtTo.push(first[k]! + to);
        bought.push(probability);
      }
      boughtStart.push(bought.length);
    }
  }
  return {
    boughtStart: Int32Array.from(boughtStart),
    boughtTo: Int32Array.from(boughtTo),
    bought: Float64Array.from(bought),
  };
}

function levelOf(mean: number): number {
  const level = Math.round(Math.log(Math.max(1, mean)) / Math.log(1.35));
  return Math.min(VIEW_LEVELS.length - 1, level);
}
