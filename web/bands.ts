/** What each band means, in words a marketer reads. Colours are in styles/theme.css under the same names. */

import type { Band } from '../core/scores.ts';
import { percent } from './format.ts';

interface BandWords {
  title: string;
  /** Who is in it, after "users who". */
  who: string;
  /** One sentence that explains the number. */
  explain(theta: number | undefined): string;
}

const usual = (theta: number | undefined) =>
  theta === undefined ? "the shop's usual 30-day purchase rate" : `the shop's usual 30-day rate of ${percent(theta)}`;

export const BAND_WORDS: Record<Band, BandWords> = {
  now: {
    title: 'Now',
    who: 'likely within 3 days',
    explain: (theta) => `Users whose probability of buying within 3 days is at or above ${usual(theta)}.`,
  },
  soon: {
    title: 'Soon',
    who: 'likely within 7 days',
    explain: (theta) => `Users not in Now whose probability of buying within 7 days is at or above ${usual(theta)}.`,
  },
  later: {
    title: 'Later',
    who: 'likely within 30 days',
    explain: (theta) =>
      `Users not in Now or Soon whose probability of buying within 30 days is at or above ${usual(theta)}.`,
  },
  unlikely: {
    title: 'Unlikely',
    who: 'not likely within 30 days',
    explain: (theta) => `Users whose probability of buying within 30 days is below ${usual(theta)}.`,
  },
};
