/** What each band means, in words a marketer reads. Colours are in styles/theme.css under the same names. */
import type { Band } from '../core/scores.ts';
import { percent } from './format.ts';

interface BandWords {
  title: string;
  /** What its users have in common, in few words. */
  rule(theta: number): string;
  /** The same in one sentence. */
  explain(theta: number | undefined): string;
}

const usual = (theta: number | undefined) =>
  theta === undefined ? "the shop's usual 30-day rate" : `the shop's usual 30-day rate, ${percent(theta)}`;

export const BAND_WORDS: Record<Band, BandWords> = {
  now: {
    title: 'Now',
    rule: (theta) => `${percent(theta)} or more within 3 days`,
    explain: (theta) => `The probability of buying within 3 days is already at or above ${usual(theta)}.`,
  },
  soon: {
    title: 'Soon',
    rule: (theta) => `${percent(theta)} or more within 7 days`,
    explain: (theta) => `The probability of buying within 7 days, but not within 3, is at or above ${usual(theta)}.`,
  },
  later: {
    title: 'Later',
    rule: (theta) => `${percent(theta)} or more within 30 days`,
    explain: (theta) => `The probability of buying within 30 days, but not within 7, is at or above ${usual(theta)}.`,
  },
  unlikely: {
    title: 'Unlikely',
    rule: (theta) => `less than ${percent(theta)} within 30 days`,
    explain: (theta) => `The probability of buying within 30 days is below ${usual(theta)}.`,
  },
};
