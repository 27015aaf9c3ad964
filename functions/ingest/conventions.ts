import { bulk } from './bulk.ts';
import type { Convention } from './convention.ts';
import { ga4, ga4Debug } from './ga4.ts';
import { segment } from './segment.ts';
import { shopify } from './shopify.ts';

/** Segment's calls, and the short names that its browser client uses. */
const CALL_NAMES = {
  track: 't',
  identify: 'i',
  page: 'p',
  screen: 's',
  group: 'g',
  alias: 'a',
  batch: 'b',
} as const;

/** How the clients of each route are spoken to, by route key. */
export const CONVENTIONS: Readonly<Record<string, Convention>> = {
  ...Object.fromEntries(
    Object.entries(CALL_NAMES).flatMap(([call, short]) => [
      [`POST /v1/${call}`, segment(call)],
      [`POST /v1/${short}`, segment(call)],
    ]),
  ),
  'POST /v1/import': bulk,
  'POST /mp/collect': ga4,
  'POST /debug/mp/collect': ga4Debug,
  'POST /v1/shopify/{source}': shopify,
};
