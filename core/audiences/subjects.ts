/** Score rows as rules ask them. */
import type { HORIZONS } from '../model/contract.ts';
import type { ScoreRow } from '../score-rows.ts';
import { isWithin, type Subject } from './rule.ts';

type SubjectRow = Pick<
  ScoreRow,
  | 'p_1d'
  | 'p_3d'
  | 'p_7d'
  | 'p_14d'
  | 'p_30d'
  | 'band'
  | 'silence_days'
  | 'stage'
  | 'bought_days'
  | 'consent_marketing'
  | 'next_categories'
>;

export function subjectOf(row: SubjectRow): Subject {
  return {
    probability: (days) => row[`p_${days}d` as `p_${(typeof HORIZONS)[number]}d`],
    band: row.band,
    category: (name) => row.next_categories.reduce((sum, { text, p }) => (isWithin(text, name) ? sum + p : sum), 0),
    silence: row.silence_days,
    stage: row.stage,
    boughtAgo: row.bought_days ?? Number.POSITIVE_INFINITY,
    consent: row.consent_marketing,
  };
}
