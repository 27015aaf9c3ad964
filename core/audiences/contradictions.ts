/** Finds rules that nobody can match: a marketer's slip, told at once instead of as an empty list every morning. */
import { HORIZONS } from '../model/contract.ts';
import { STAGES } from '../profiles/stages.ts';
import { BANDS } from '../scores.ts';
import { type Condition, isWithin, type Rule } from './rule.ts';

export interface Contradiction {
  /** JSON pointer of the condition that leaves nobody, and of the one that it contradicts (absent: it alone does). */
  pointer: string;
  other?: string;
  detail: string;
}

/** A bound and the condition that set it. */
interface Bound {
  value: number;
  /** The value itself is out. */
  strict: boolean;
  at: string;
}

interface Range {
  low: Bound;
  high: Bound;
}

interface Choice {
  left: readonly string[];
  at: string;
}

/** What the conditions so far leave possible. Never changed in place: branches share it. */
interface Left {
  ranges: ReadonlyMap<string, Range>;
  choices: ReadonlyMap<string, Choice>;
}

interface Goal {
  rule: Rule;
  negated: boolean;
  at: string;
}

/** Rules with more branches are taken as possible. */
const MOST_STEPS = 1_000;

/** @returns undefined when somebody could match the rule */
export function findContradiction(rule: Rule): Contradiction | undefined {
  let steps = 0;
  const solve = (goals: readonly Goal[], left: Left): Contradiction | undefined => {
    if (++steps > MOST_STEPS) return undefined;
    const [goal, ...rest] = goals;
    if (!goal) return undefined;
    const { rule: one, negated, at } = goal;
    if ('not' in one) return solve([{ rule: one.not, negated: !negated, at: `${at}/not` }, ...rest], left);
    const kind = 'all' in one ? 'all' : 'any' in one ? 'any' : undefined;
    if (!kind) {
      let first: Contradiction | undefined;
      for (const narrow of negated ? refuting(one as Condition, at) : requiring(one as Condition, at)) {
        const result = narrow(left);
        const failed = 'pointer' in result ? result : solve(rest, result);
        if (!failed) return undefined;
        first ??= failed;
      }
      return first;
    }
    const parts = (one as Record<string, Rule[]>)[kind]!.map((part, i) => ({
      rule: part,
      negated,
      at: `${at}/${kind}/${i}`,
    }));
    if ((kind === 'all') !== negated) {
      const everything = [...parts, ...rest];
      // Branches last: what is sure leaves fewer of them.
      return solve([...everything.filter((each) => !branches(each)), ...everything.filter(branches)], left);
    }
    let first: Contradiction | undefined;
    for (const part of parts) {
      const failed = solve([part, ...rest], left);
      if (!failed) return undefined;
      first ??= failed;
    }
    return first;
  };
  return solve([{ rule, negated: false, at: '' }], { ranges: new Map(), choices: new Map() });
}

function branches({ rule, negated }: Goal): boolean {
  if ('not' in rule) return branches({ rule: rule.not, negated: !negated, at: '' });
  return negated ? 'all' in rule : 'any' in rule;
}

type Narrowing = (left: Left) => Left | Contradiction;

function requiring(condition: Condition, at: string): Narrowing[] {
  if ('probability' in condition) {
    const { days, min, max } = condition.probability;
    return [range(`p${days}`, min, max, `${at}/probability`)];
  }
  if ('silence' in condition) return [range('silence', condition.silence.min, condition.silence.max, `${at}/silence`)];
  if ('bought' in condition) return [range('bought', 1, condition.bought.days, `${at}/bought`)];
  if ('category' in condition) {
    const { name, min = 0 } = condition.category;
    return [bounds(`in ${name}`, { low: { value: min, strict: min === 0, at: `${at}/category` } })];
  }
  if ('band' in condition) return [choice('band', condition.band, `${at}/band`)];
  if ('stage' in condition) return [choice('stage', condition.stage, `${at}/stage`)];
  return [choice('consent', [String(condition.consent.marketing)], `${at}/consent`)];
}

/** Every way not to meet a condition. */
function refuting(condition: Condition, at: string): Narrowing[] {
  if ('probability' in condition) {
    const { days, min, max } = condition.probability;
    return outside(`p${days}`, min, max, `${at}/probability`);
  }
  if ('silence' in condition) return outside('silence', condition.silence.min, condition.silence.max, `${at}/silence`);
  if ('bought' in condition) return outside('bought', undefined, condition.bought.days, `${at}/bought`);
  if ('category' in condition) {
    const { name, min = 0 } = condition.category;
    return [bounds(`in ${name}`, { high: { value: min, strict: min > 0, at: `${at}/category` } })];
  }
  if ('band' in condition) return [choice('band', without(BANDS, condition.band), `${at}/band`)];
  if ('stage' in condition) return [choice('stage', without(STAGES, condition.stage), `${at}/stage`)];
  return [choice('consent', [String(!condition.consent.marketing)], `${at}/consent`)];
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

function range(name: string, min: number | undefined, max: number | undefined, at: string): Narrowing {
  return bounds(name, {
    ...(min !== undefined && { low: { value: min, strict: false, at } }),
    ...(max !== undefined && { high: { value: max, strict: false, at } }),
  });
}

function outside(name: string, min: number | undefined, max: number | undefined, at: string): Narrowing[] {
  const ways: Narrowing[] = [];
  if (min !== undefined) ways.push(bounds(name, { high: { value: min, strict: true, at } }));
  if (max !== undefined) ways.push(bounds(name, { low: { value: max, strict: true, at } }));
  // Without a bound everybody meets the condition, so nobody can fail it.
  return ways.length > 0 ? ways : [() => ({ pointer: at, detail: 'this leaves nobody: everyone meets it' })];
}

const ANY: Range = {
  low: { value: Number.NEGATIVE_INFINITY, strict: false, at: '' },
  high: { value: Number.POSITIVE_INFINITY, strict: false, at: '' },
};

function bounds(name: string, set: Partial<Range>): Narrowing {
  return (left) => {
    const known = left.ranges.get(name) ?? edgesOf(name);
    const narrowed = { low: tighter(known.low, set.low, 1), high: tighter(known.high, set.high, -1) };
    const ranges = new Map(left.ranges).set(name, narrowed);
    const conflict = conflictOf(name, ranges);
    if (!conflict) return { ...left, ranges };
    const [low, high] = conflict;
    const mine = set.low?.at ?? set.high?.at ?? '';
    const others = [low.at, high.at].filter((at) => at !== '' && at !== mine);
    return {
      pointer: mine,
      ...(others[0] !== undefined && { other: others[0] }),
      detail: others[0] === undefined ? 'this leaves nobody' : `this and ${others[0]} leave nobody`,
    };
  };
}

/** A probability is at most 1, days are at least 0. */
function edgesOf(name: string): Range {
  const high = name.startsWith('p') || name.startsWith('in ') ? 1 : Number.POSITIVE_INFINITY;
  return { low: { ...ANY.low, value: 0 }, high: { ...ANY.high, value: high } };
}

function tighter(known: Bound, set: Bound | undefined, side: 1 | -1): Bound {
  if (!set) return known;
  const difference = side * (set.value - known.value);
  return difference > 0 || (difference === 0 && set.strict && !known.strict) ? set : known;
}

/** A lower bound that is above an upper one, of the same or of something that can be no greater. */
function conflictOf(name: string, ranges: ReadonlyMap<string, Range>): [Bound, Bound] | undefined {
  for (const [small, great] of pairs(name, [...ranges.keys()])) {
    const lower = ranges.get(small) ?? edgesOf(small);
    const upper = ranges.get(great) ?? edgesOf(great);
    // Who bought was there then: a purchase is more days ago than the user is silent.
    const shift = small === 'silence' && great === 'bought' ? 1 : 0;
    const gap = upper.high.value - (lower.low.value + shift);
    if (gap < 0 || (gap === 0 && (lower.low.strict || upper.high.strict))) return [lower.low, upper.high];
    if (wholeDays(small) && wholeDays(great) && lower.low.strict && upper.high.strict && gap <= 1)
      return [lower.low, upper.high];
  }
  return undefined;
}

function wholeDays(name: string): boolean {
  return name === 'silence' || name === 'bought';
}

/** Pairs (a, b) with a ≤ b for every user, of which one is `name`. */
function pairs(name: string, known: readonly string[]): [string, string][] {
  const found: [string, string][] = [[name, name]];
  const horizon = Number(/^p(\d+)$/.exec(name)?.[1]);
  if (horizon)
    for (const days of HORIZONS) {
      if (days > horizon) found.push([name, `p${days}`]);
      if (days < horizon) found.push([`p${days}`, name]);
    }
  if (wholeDays(name)) found.push(['silence', 'bought']);
  if (name.startsWith('in '))
    for (const other of known) {
      if (!other.startsWith('in ') || other === name) continue;
      if (isWithin(name.slice(3), other.slice(3))) found.push([name, other]);
      if (isWithin(other.slice(3), name.slice(3))) found.push([other, name]);
    }
  return found;
}

function choice(name: string, allowed: readonly string[], at: string): Narrowing {
  return (left) => {
    const known = left.choices.get(name);
    const both = known ? known.left.filter((one) => allowed.includes(one)) : allowed;
    if (both.length > 0) return { ...left, choices: new Map(left.choices).set(name, { left: both, at }) };
    return {
      pointer: at,
      ...(known && { other: known.at }),
      detail: known ? `this and ${known.at} leave nobody` : 'this leaves nobody',
    };
  };
}
