/** Rules of audiences as the builder edits them, and as sentences. */
import type { Condition, Rule } from '../core/audiences/rule.ts';
import { BAND_WORDS } from './bands.ts';
import { percent, plural } from './format.ts';

export type Kind = 'band' | 'probability' | 'category' | 'silence' | 'stage' | 'bought' | 'consent';

export const KINDS: Record<Kind, { name: string; first: Condition }> = {
  band: { name: 'Band', first: { band: ['now', 'soon'] } },
  probability: { name: 'Probability', first: { probability: { days: 7, min: 0.1 } } },
  category: { name: 'Next category', first: { category: { name: '', min: 0.2 } } },
  silence: { name: 'Days of silence', first: { silence: { min: 3 } } },
  stage: { name: 'Lifecycle stage', first: { stage: ['due'] } },
  bought: { name: 'Bought lately', first: { bought: { days: 30 } } },
  consent: { name: 'Consent to marketing', first: { consent: { marketing: true } } },
};

export function kindOf(condition: Condition): Kind {
  return Object.keys(condition)[0] as Kind;
}

export interface Line {
  condition: Condition;
  not: boolean;
}

export interface Draft {
  join: 'all' | 'any';
  lines: Line[];
}

export const FIRST_DRAFT: Draft = { join: 'all', lines: [{ condition: { band: ['now', 'soon'] }, not: false }] };

export function ruleOf({ join, lines }: Draft): Rule {
  const rules = lines.map(({ condition, not }): Rule => (not ? { not: condition } : condition));
  return join === 'all' ? { all: rules } : { any: rules };
}

/** The draft that makes this rule; undefined for one that is nested deeper than the builder shows. */
export function draftOf(rule: Rule): Draft | undefined {
  const join = 'any' in rule ? 'any' : 'all';
  const parts = 'all' in rule ? rule.all : 'any' in rule ? rule.any : [rule];
  const lines = parts.map((part): Line | undefined => {
    const inner = 'not' in part ? part.not : part;
    return isCondition(inner) ? { condition: inner, not: 'not' in part } : undefined;
  });
  return lines.every((line) => line !== undefined) ? { join, lines } : undefined;
}

function isCondition(rule: Rule): rule is Condition {
  return !('all' in rule || 'any' in rule || 'not' in rule);
}

/** Reads a rule out of an address. */
export function readRule(text: string | undefined): Rule | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Rule) : undefined;
  } catch {
    return undefined;
  }
}

/** `in band Now or Soon, and 10 % or more within 7 days` */
export function ruleText(rule: Rule): string {
  if ('all' in rule) return rule.all.map(nested).join(', and ') || 'everyone';
  if ('any' in rule) return rule.any.map(nested).join(', or ') || 'no one';
  if ('not' in rule) return `not ${nested(rule.not)}`;
  if ('band' in rule) return `in band ${either(rule.band.map((band) => BAND_WORDS[band].title))}`;
  if ('stage' in rule) return `${either(rule.stage)}`;
  if ('probability' in rule) {
    const { days, min = 0, max = 1 } = rule.probability;
    return `${between(percent(min), percent(max), min > 0, max < 1)} likely to buy within ${plural(days, 'day')}`;
  }
  if ('category' in rule) return `next purchase in ${rule.category.name}, ${percent(rule.category.min ?? 0)} or more`;
  if ('silence' in rule) {
    const { min, max } = rule.silence;
    return `silent for ${between(String(min), String(max), min !== undefined, max !== undefined)} days`;
  }
  if ('bought' in rule) return `bought in the last ${plural(rule.bought.days, 'day')}`;
  return rule.consent.marketing ? 'agreed to marketing' : 'did not agree to marketing';
}

function nested(rule: Rule): string {
  return 'all' in rule || 'any' in rule ? `(${ruleText(rule)})` : ruleText(rule);
}

function between(low: string, high: string, hasLow: boolean, hasHigh: boolean): string {
  if (hasLow && hasHigh) return `${low} to ${high}`;
  if (hasLow) return `${low} or more`;
  return hasHigh ? `at most ${high}` : 'any number of';
}

function either(names: readonly string[]): string {
  return names.join(' or ');
}
