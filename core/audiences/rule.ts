/** The rule of an audience: conditions on what a score row tells of a user, combined with `all`, `any` and `not`. */
import type { Stage } from '../profiles/stages.ts';
import type { Band } from '../scores.ts';

/** What a rule can ask. Every bound is included. */
export type Condition =
  | {
      /** P(purchase within so many days) is between `min` (0) and `max` (1). */
      probability: { days: 1 | 3 | 7 | 14 | 30; min?: number | undefined; max?: number | undefined };
    }
  | { band: Band[] }
  | {
      /** P(the next purchase is in the category or one below it) is at least `min`, and above 0. */
      category: { name: string; min?: number | undefined };
    }
  | {
      /** Whole days since the last action, both days excluded. */
      silence: { min?: number | undefined; max?: number | undefined };
    }
  | { stage: Stage[] }
  | {
      /** A purchase on one of the last so many days before the day of the run. */
      bought: { days: number };
    }
  | {
      /** true: the user agreed to marketing; false: the user did not, or was never asked. */
      consent: { marketing: boolean };
    };

export type Rule = Condition | { all: Rule[] } | { any: Rule[] } | { not: Rule };

/** Conditions a rule may have, and how deep they may be nested. */
export const MOST_CONDITIONS = 32;
export const DEEPEST = 8;
/** Bytes of a rule as JSON: those of all audiences lie in one item of the store, the plan of a run. */
export const MOST_BYTES = 2_000;

/** What a rule is asked of; a score row, or a line of a table that holds the same. */
export interface Subject {
  /** P(purchase within HORIZONS[i] days). */
  probability(horizon: number): number;
  band: Band;
  /** P(the next purchase is in the category or one below it); 0 where it is none of the user's likely ones. */
  category(name: string): number;
  silence: number;
  stage: Stage;
  /** Days since the day of the last purchase, 1 for yesterday; Infinity for none. */
  boughtAgo: number;
  consent: boolean;
}

/** Whether a user is in the audience of a rule. */
export function matches(rule: Rule, subject: Subject): boolean {
  if ('all' in rule) return rule.all.every((part) => matches(part, subject));
  if ('any' in rule) return rule.any.some((part) => matches(part, subject));
  if ('not' in rule) return !matches(rule.not, subject);
  if ('probability' in rule) return between(subject.probability(rule.probability.days), rule.probability);
  if ('band' in rule) return rule.band.includes(subject.band);
  if ('category' in rule) {
    const p = subject.category(rule.category.name);
    return p > 0 && p >= (rule.category.min ?? 0);
  }
  if ('silence' in rule) return between(subject.silence, rule.silence);
  if ('stage' in rule) return rule.stage.includes(subject.stage);
  if ('bought' in rule) return subject.boughtAgo <= rule.bought.days;
  return subject.consent === rule.consent.marketing;
}

function between(value: number, { min, max }: { min?: number | undefined; max?: number | undefined }): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

/** Whether a category is the other one or lies below it: `shoes/running` is within `shoes`. */
export function isWithin(category: string, other: string): boolean {
  return category === other || category.startsWith(`${other}/`);
}

/** The categories that a rule names, each with where it stands in the rule (a JSON pointer). */
export function categoriesOf(rule: Rule, pointer = ''): { name: string; pointer: string }[] {
  if ('all' in rule) return rule.all.flatMap((part, i) => categoriesOf(part, `${pointer}/all/${i}`));
  if ('any' in rule) return rule.any.flatMap((part, i) => categoriesOf(part, `${pointer}/any/${i}`));
  if ('not' in rule) return categoriesOf(rule.not, `${pointer}/not`);
  return 'category' in rule ? [{ name: rule.category.name, pointer: `${pointer}/category/name` }] : [];
}
