/**
 * Names of e-commerce events and their types: Segment's (https://segment.com/docs/connections/spec/ecommerce/v2/),
 * GA4's (https://developers.google.com/analytics/devguides/collection/ga4/reference/events) and Shopify's topics.
 */
import { ACTION_TYPES, type ActionType } from './action.ts';

/**
 * What an event stands for. Left out are events that tell nothing of the user's wish to buy, such as `Order Updated`
 * (the order was counted when it was completed), `Coupon Removed` and `Product Removed from Wishlist`.
 */
const NAMES: readonly (readonly [ActionType, readonly string[]])[] = [
  ['search', ['Products Searched', 'Product Searched', 'Search Performed', 'view_search_results']],
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
      'view_item',
      'view_item_list',
      'select_item',
    ],
  ],
  ['wishlist', ['Product Added to Wishlist', 'add_to_wishlist']],
  ['cart', ['Product Added', 'Product Added to Cart', 'Wishlist Product Added to Cart', 'add_to_cart']],
  ['uncart', ['Product Removed', 'Product Removed from Cart', 'remove_from_cart']],
  [
    'checkout',
    [
      'Checkout Started',
      'Order Started',
      'Checkout Step Viewed',
      'Checkout Step Completed',
      'Payment Info Entered',
      'begin_checkout',
      'add_shipping_info',
      'add_payment_info',
      'checkouts/create',
    ],
  ],
  ['coupon', ['Coupon Entered', 'Coupon Applied', 'Coupon Denied']],
  ['purchase', ['Order Completed', 'orders/create']],
  ['refund', ['Order Refunded', 'Order Cancelled', 'Order Canceled', 'orders/cancelled']],
  ['visit', ['Promotion Viewed', 'Promotion Clicked', 'Cart Shared', 'page_view', 'screen_view', 'select_promotion']],
];

const LONGEST_NAME = 200;

/** Events that show many products at once: one action of the list's own category, none of the products'. */
const LISTS = new Set(
  ['Product List Viewed', 'Product List Filtered', 'Product Category Viewed', 'view_item_list'].map(eventKey),
);

const TYPES = new Map<string, ActionType>([
  ...NAMES.flatMap(([type, names]) => names.map((name) => [eventKey(name), type] as const)),
  ...ACTION_TYPES.map((type) => [type, type] as const),
]);

/**
 * The action type of an event: a name of the e-commerce spec, in the order of words of version 2 (`Product Viewed`) or
 * of version 1 (`Viewed Product`), in any case and with any separators, or an action type's own name.
 * @returns undefined for other events
 */
export function typeOfEvent(name: string): ActionType | undefined {
  return TYPES.get(eventKey(name));
}

export function isListEvent(name: string): boolean {
  return LISTS.has(eventKey(name));
}

/**
 * The words of a name without their order: `Viewed Product`, `product_viewed` and `productViewed` are one. `''` for a
 * name of more than 200 characters.
 */
export function eventKey(name: string): string {
  if (name.length > LONGEST_NAME) return '';
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter((word) => word !== '')
    .sort()
    .join(' ');
}
