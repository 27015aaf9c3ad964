/** Names of Segment's e-commerce events (https://segment.com/docs/connections/spec/ecommerce/v2/) and their types. */
import { ACTION_TYPES, type ActionType } from './action.ts';

/**
 * What an event stands for. Left out are events that tell nothing of the user's wish to buy, such as `Order Updated`
 * (the order was counted when it was completed), `Coupon Removed` and `Product Removed from Wishlist`.
 */
const NAMES: readonly (readonly [ActionType, readonly string[]])[] = [
  ['search', ['Products Searched', 'Product Searched', 'Search Performed']],
  [
    'view',
    [
      'Product List Viewed',
      'Product List Filtered',
      'Product Category Viewed',
      'Product Clicked',
      'Product Viewed',
      'Product Details Viewed',
      'Product Shared',
      'Product Reviewed',
      'Cart Viewed',
    ],
  ],
  ['wishlist', ['Product Added to Wishlist']],
  ['cart', ['Product Added', 'Product Added to Cart', 'Wishlist Product Added to Cart']],
  ['uncart', ['Product Removed', 'Product Removed from Cart']],
  [
    'checkout',
    ['Checkout Started', 'Order Started', 'Checkout Step Viewed', 'Checkout Step Completed', 'Payment Info Entered'],
  ],
  ['coupon', ['Coupon Entered', 'Coupon Applied', 'Coupon Denied']],
  ['purchase', ['Order Completed']],
  ['refund', ['Order Refunded', 'Order Cancelled', 'Order Canceled']],
  ['visit', ['Promotion Viewed', 'Promotion Clicked', 'Cart Shared']],
];

/** Events that show many products at once: one action of the list's own category, none of the products'. */
const LISTS = new Set(['Product List Viewed', 'Product List Filtered', 'Product Category Viewed'].map(keyOf));

const TYPES = new Map<string, ActionType>([
  ...NAMES.flatMap(([type, names]) => names.map((name) => [keyOf(name), type] as const)),
  ...ACTION_TYPES.map((type) => [type, type] as const),
]);

const LONGEST_NAME = 200;

/**
 * The action type of an event: a name of the e-commerce spec, in the order of words of version 2 (`Product Viewed`) or
 * of version 1 (`Viewed Product`), in any case and with any separators, or an action type's own name.
 * @returns undefined for other events
 */
export function typeOfEvent(name: string): ActionType | undefined {
  return name.length > LONGEST_NAME ? undefined : TYPES.get(keyOf(name));
}

export function isListEvent(name: string): boolean {
  return name.length <= LONGEST_NAME && LISTS.has(keyOf(name));
}

/** The words of a name without their order: `Viewed Product`, `product_viewed` and `productViewed` are one. */
function keyOf(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter((word) => word !== '')
    .sort()
    .join(' ');
}
