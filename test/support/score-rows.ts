import fc from 'fast-check';
import type { Rule } from '../../core/audiences/rule.ts';
import { HORIZONS } from '../../core/model/contract.ts';
import { STAGES } from '../../core/profiles/stages.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import { BANDS } from '../../core/scores.ts';

export const CATEGORIES = ['shoes', 'shoes/running', 'hats', 'p7', 'coats/rain'] as const;

/** A score row with these values. */
export function rowWith(values: Partial<ScoreRow> = {}): ScoreRow {
  return {
    user: '0'.repeat(64),
    day: '2026-03-10',
    silence_days: 3,
    p_1d: 0.01,
    p_3d: 0.03,
    p_7d: 0.07,
    p_14d: 0.14,
    p_30d: 0.3,
    expected: '2026-03-20',
    low: '2026-03-11',
    high: '2026-04-20',
    within_90d: 0.6,
    window_from: '2026-03-18',
    window_to: '2026-03-20',
    window_p: 0.1,
    band: 'later',
    origin: '2026-03-10',
    as_of: '2026-03-06T10:00:00.000Z',
    model_version: 'v',
    correction: 0,
    stage: 'active',
    purchases: 2,
    bought_days: 9,
    usual_gap: 12,
    best_weekday: 'friday',
    best_hour: 19,
    consent_marketing: false,
    audiences: [],
    open_since: null,
    closed_since: null,
    best_since: null,
    best_until: null,
    next_actions: [],
    next_categories: [],
    ...values,
  };
}

/** Rows as a run could make them: what contradicts itself in a row is not among them. */
export const rows: fc.Arbitrary<ScoreRow> = fc
  .record({
    user: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    p: fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.2, 0.5, 1)), {
      minLength: 5,
      maxLength: 5,
    }),
    silence: fc.nat(20),
    ago: fc.option(fc.nat(20)),
    band: fc.constantFrom(...BANDS),
    stage: fc.constantFrom(...STAGES),
    consent: fc.boolean(),
    categories: fc.uniqueArray(fc.constantFrom(...CATEGORIES), { maxLength: 4 }),
    shares: fc.array(fc.nat(16_000), { minLength: 4, maxLength: 4 }),
  })
  .map(({ user, p, silence, ago, band, stage, consent, categories, shares }) => {
    const [p1, p3, p7, p14, p30] = p.sort((a, b) => a - b) as [number, number, number, number, number];
    return rowWith({
      ...{ user, p_1d: p1, p_3d: p3, p_7d: p7, p_14d: p14, p_30d: p30, band, stage, consent_marketing: consent },
      silence_days: silence,
      bought_days: ago === null ? null : silence + 1 + ago,
      next_categories: categories.map((text, i) => ({ text, p: shares[i]! / 65_535 })),
    });
  });

const bounds = <T>(value: fc.Arbitrary<number>, make: (range: { min?: number; max?: number }) => T) =>
  fc.record({ min: value, max: value }, { requiredKeys: [] }).map(({ min, max }) => {
    const swapped = min !== undefined && max !== undefined && min > max;
    return make(
      swapped ? { min: max, max: min } : { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
    );
  });
const share = fc.constantFrom(0, 0.1, 0.2, 0.25, 0.5, 0.9, 1);

const condition: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom(...HORIZONS).chain((days) => bounds(share, (range) => ({ probability: { days, ...range } }))),
  fc.subarray([...BANDS], { minLength: 1 }).map((band) => ({ band })),
  fc
    .record({ name: fc.constantFrom(...CATEGORIES), min: fc.option(share, { nil: undefined }) })
    .map(({ name, min }) => ({
      category: { name, ...(min !== undefined && { min }) },
    })),
  bounds(fc.nat(20), (silence) => ({ silence })),
  fc.subarray([...STAGES], { minLength: 1 }).map((stage) => ({ stage })),
  fc.integer({ min: 1, max: 30 }).map((days) => ({ bought: { days } })),
  fc.boolean().map((marketing) => ({ consent: { marketing } })),
);

/** Rules of every form, up to four levels deep. */
export const ruleArbitrary: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    condition,
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('rule').map((not) => ({ not })),
  ),
})).rule;
