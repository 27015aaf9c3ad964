/** An audience of the shop's own, as it is kept in the settings. */
import { contentNumber } from '../hash.ts';
import type { Rule } from './rule.ts';

export interface Audience {
  name: string;
  rule: Rule;
  /** Share of its users kept out of lists and downloads, 0 to 0.5. */
  holdout: number;
  /** ISO 8601; tells an audience from an earlier one of the same name. */
  createdAt: string;
}

/** Audiences a shop may have: every one is a pass over all users each night. */
export const MOST_AUDIENCES = 100;

const UNIT = 2 ** 32;

/** Whether a user is held out of an audience: always the same, and independent from one audience to another. */
export function isHeldOut(user: string, { name, holdout }: Pick<Audience, 'name' | 'holdout'>): boolean {
  return holdout > 0 && contentNumber(`${name} ${user}`) < holdout * UNIT;
}
