/** Reasons in the words of a marketer. */
import { ACTION_TYPES, type ActionType, categoryOf, typeOf } from '../actions/action.ts';
import type { Position } from '../sequences.ts';
import { dayOfPosition, type Part, usualGap, wordCounts } from './parts.ts';

/** One, many, and what joins them to a category. */
const NOUNS: Record<ActionType, [one: string, many: string, joined: string]> = {
  view: ['view', 'views', 'of'],
  search: ['search', 'searches', 'for'],
  wishlist: ['addition to the wish list', 'additions to the wish list', 'of'],
  cart: ['addition to the cart', 'additions to the cart', 'of'],
  uncart: ['removal from the cart', 'removals from the cart', 'of'],
  checkout: ['checkout begun', 'checkouts begun', 'for'],
  coupon: ['coupon used', 'coupons used', 'for'],
  purchase: ['purchase', 'purchases', 'of'],
  refund: ['return', 'returns', 'of'],
  visit: ['visit', 'visits', 'to'],
};
const TYPES_NAMED = 3;

/** `3 views of shoes in the last 2 days`, `6 purchases, mostly shoes, 33 to 145 days ago, usually every 24 days` */
export function partText({ kind, positions }: Part, today: number): string {
  const ages = agesText(today - dayOfPosition(positions.at(-1)!), today - dayOfPosition(positions[0]!));
  const gap = kind === 'buying' ? usualGap(positions) : undefined;
  return `${whatText(positions)} ${ages}${gap === undefined ? '' : `, usually every ${dayCount(gap)}`}`;
}

/** @param wasPurchase whether the last action was one */
export function silenceText(days: number, wasPurchase: boolean): string {
  return `${dayCount(days)} without any action${wasPurchase ? ' since the last purchase' : ''}`;
}

function whatText(positions: readonly Position[]): string {
  const counts = new Map<ActionType, number>();
  for (const { word, count } of positions) counts.set(typeOf(word), (counts.get(typeOf(word)) ?? 0) + count);
  const types = [...counts].sort(([a, n], [b, m]) => m - n || ACTION_TYPES.indexOf(a) - ACTION_TYPES.indexOf(b));
  const named = types.slice(0, TYPES_NAMED).map(([type, count]) => `${count} ${NOUNS[type][count === 1 ? 0 : 1]}`);
  const others = types.slice(TYPES_NAMED).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) named.push(others === 1 ? '1 other action' : `${others} other actions`);
  const what = named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named[0]!;
  const words = wordCounts(positions);
  if (words.length === 1) {
    const category = categoryOf(words[0]!.word);
    return category ? `${what} ${NOUNS[types[0]![0]][2]} ${category}` : what;
  }
  return `${what}${categoryText(words)}`;
}

/** The category that at least half of what has one is about, or how many there are. */
function categoryText(words: readonly { word: string; count: number }[]): string {
  const counts = new Map<string, number>();
  for (const { word, count } of words) {
    const category = categoryOf(word);
    // What people type is no category.
    if (category && typeOf(word) !== 'search') counts.set(category, (counts.get(category) ?? 0) + count);
  }
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const [main] = ranked;
  if (!main) return '';
  const all = ranked.reduce((sum, [, count]) => sum + count, 0);
  if (ranked.length === 1) return `, all ${main[0]},`;
  return main[1] * 2 >= all ? `, mostly ${main[0]},` : ` in ${ranked.length} categories`;
}

/** @param least, most ages in days: 1 for yesterday */
function agesText(least: number, most: number): string {
  if (most <= 0) return 'today';
  if (least === most) return most === 1 ? 'yesterday' : `${most} days ago`;
  return least <= 1 ? `in the last ${most} days` : `${least} to ${most} days ago`;
}

function dayCount(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
