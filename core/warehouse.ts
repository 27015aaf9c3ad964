/** The columns of the nightly export: score rows as a warehouse reads them. They are public; docs/export.md describes them. */
import type { ScoreRow } from './score-rows.ts';

export type ColumnType = 'text' | 'day' | 'time' | 'integer' | 'number' | 'boolean' | 'json';

/** `day` is not among them: it is the partition. */
export const WAREHOUSE_COLUMNS = {
  user: 'text',
  silence_days: 'integer',
  p_1d: 'number',
  p_3d: 'number',
  p_7d: 'number',
  p_14d: 'number',
  p_30d: 'number',
  expected: 'day',
  low: 'day',
  high: 'day',
  within_90d: 'number',
  window_from: 'day',
  window_to: 'day',
  window_p: 'number',
  band: 'text',
  origin: 'day',
  as_of: 'time',
  model_version: 'text',
  correction: 'integer',
  stage: 'text',
  purchases: 'integer',
  bought_days: 'integer',
  usual_gap: 'number',
  best_weekday: 'text',
  best_hour: 'integer',
  consent_marketing: 'boolean',
  audiences: 'json',
  next_actions: 'json',
  next_categories: 'json',
  open_since: 'day',
  closed_since: 'day',
  best_since: 'day',
  best_until: 'day',
} as const satisfies Record<Exclude<keyof ScoreRow, 'day'>, ColumnType>;
