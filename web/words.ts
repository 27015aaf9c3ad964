/** Action words as sentences a person reads. */
import { type ActionType, type ActionWord, categoryOf, typeOf } from '../core/actions/action.ts';

interface TypeWords {
  /** What the user did, before the category. */
  did: string;
  /** What the user may do next, before the category. */
  may: string;
  /** How close to buying it is: the colour of its icon. */
  near: 'bought' | 'close' | 'looking' | 'away';
}

export const TYPE_WORDS: Record<ActionType, TypeWords> = {
  view: { did: 'Viewed', may: 'Views', near: 'looking' },
  search: { did: 'Searched for', may: 'Searches for', near: 'looking' },
  wishlist: { did: 'Put on the wish list', may: 'Wishes for', near: 'looking' },
  cart: { did: 'Put in the cart', may: 'Puts in the cart', near: 'close' },
  uncart: { did: 'Took out of the cart', may: 'Takes out of the cart', near: 'away' },
  checkout: { did: 'Began a checkout', may: 'Begins a checkout', near: 'close' },
  coupon: { did: 'Used a coupon', may: 'Uses a coupon', near: 'close' },
  purchase: { did: 'Bought', may: 'Buys', near: 'bought' },
  refund: { did: 'Returned', may: 'Returns', near: 'away' },
  visit: { did: 'Visited', may: 'Visits', near: 'looking' },
};

/** `Viewed` and `shoes` of `view:shoes`. */
export function readWord(word: ActionWord, tense: 'did' | 'may' = 'did'): { verb: string; category: string } {
  return { verb: TYPE_WORDS[typeOf(word)]?.[tense] ?? word, category: categoryOf(word) };
}
