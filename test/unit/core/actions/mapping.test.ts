import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTION_TYPES, isActionType, typeOf } from '../../../../core/actions/action.ts';
import { typeOfEvent } from '../../../../core/actions/event-names.ts';
import { actionsOfCall } from '../../../../core/actions/mapping.ts';
import { createRules } from '../../../../core/ingest/rules.ts';

const track = (event: string, properties: unknown = {}) => actionsOfCall('track', { event, properties });

describe('an event name', () => {
  test.each([
    // Version 2 of the spec.
    ['Products Searched', 'search'],
    ['Product List Viewed', 'view'],
    ['Product List Filtered', 'view'],
    ['Promotion Viewed', 'visit'],
    ['Promotion Clicked', 'visit'],
    ['Product Clicked', 'view'],
    ['Product Viewed', 'view'],
    ['Product Added', 'cart'],
    ['Product Removed', 'uncart'],
    ['Cart Viewed', 'view'],
    ['Checkout Started', 'checkout'],
    ['Checkout Step Viewed', 'checkout'],
    ['Checkout Step Completed', 'checkout'],
    ['Payment Info Entered', 'checkout'],
    ['Order Completed', 'purchase'],
    ['Order Refunded', 'refund'],
    ['Order Cancelled', 'refund'],
    ['Coupon Entered', 'coupon'],
    ['Coupon Applied', 'coupon'],
    ['Coupon Denied', 'coupon'],
    ['Product Added to Wishlist', 'wishlist'],
    ['Wishlist Product Added to Cart', 'cart'],
    ['Product Shared', 'view'],
    ['Cart Shared', 'visit'],
    ['Product Reviewed', 'view'],
    // Version 1.
    ['Viewed Product', 'view'],
    ['Viewed Product Category', 'view'],
    ['Added Product', 'cart'],
    ['Removed Product', 'uncart'],
    ['Completed Order', 'purchase'],
    ['Started Order', 'checkout'],
    ['Viewed Checkout Step', 'checkout'],
    ['Completed Checkout Step', 'checkout'],
    ['Viewed Promotion', 'visit'],
    ['Clicked Promotion', 'visit'],
    // As clients write them.
    ['product viewed', 'view'],
    ['PRODUCT VIEWED', 'view'],
    ['product_viewed', 'view'],
    ['product-viewed', 'view'],
    ['productViewed', 'view'],
    [' Order  Completed ', 'purchase'],
    ['PURCHASE', 'purchase'],
  ])('%j is of type %s', (name, type) => {
    expect(typeOfEvent(name)).toBe(type);
  });

  test.each(ACTION_TYPES.map((type) => [type]))('%s stands for itself', (type) => {
    expect(typeOfEvent(type)).toBe(type);
  });

  test.each([
    ['Order Updated'],
    ['Coupon Removed'],
    ['Product Removed from Wishlist'],
    ['Product'],
    ['Signed Up'],
    [''],
    ['__proto__'],
    ['constructor'],
    ['Product Viewed '.repeat(10_000)],
  ])('%.40j is of none', (name) => {
    expect(typeOfEvent(name)).toBeUndefined();
  });
});

describe('a tracking call', () => {
  test.each<[string, unknown, unknown]>([
    ['Product Viewed', { category: 'Shoes', price: 10 }, [{ word: 'view:shoes', value: 10 }]],
    ['Product Viewed', { category: 'Shoes/Running' }, [{ word: 'view:shoes/running' }]],
    ['Product Viewed', { category: 42 }, [{ word: 'view:42' }]],
    ['Product Viewed', {}, [{ word: 'view' }]],
    ['Product Viewed', { category: ['Shoes'] }, [{ word: 'view' }]],
    ['Product Viewed', null, [{ word: 'view' }]],
    ['Product Added', { category: 'A', price: 2.5, quantity: 3 }, [{ word: 'cart:a', value: 7.5, quantity: 3 }]],
    ['Product Added', { category: 'A', price: '2.5', quantity: '3' }, [{ word: 'cart:a', value: 7.5, quantity: 3 }]],
    ['Product Added', { price: 'cheap', quantity: {} }, [{ word: 'cart' }]],
    ['Product Added', { price: 1e300, quantity: Number.POSITIVE_INFINITY }, [{ word: 'cart' }]],
    ['Product Added', { price: 1e-300, quantity: -1 }, [{ word: 'cart', value: 0, quantity: -1 }]],
    ['Products Searched', { query: '  NIKE ' }, [{ word: 'search:nike' }]],
    ['search', { category: 'Air  Max' }, [{ word: 'search:air max' }]],
    ['Products Searched', { query: 'x', products: [{}, {}] }, [{ word: 'search:x' }]],
    ['Product List Viewed', { category: 'Hats', products: [{ category: 'A' }, {}] }, [{ word: 'view:hats' }]],
    ['Coupon Applied', { coupon_id: 'c' }, [{ word: 'coupon' }]],
    ['Order Completed', { revenue: 25, total: 30 }, [{ word: 'purchase', value: 25 }]],
    ['Order Completed', { total: 30, products: [] }, [{ word: 'purchase', value: 30 }]],
    ['Order Completed', { total: 30, products: [{ category: 'A' }] }, [{ word: 'purchase:a', value: 30 }]],
    [
      'Order Completed',
      { total: 30, products: [{ category: 'A', price: 5, quantity: 2 }, { price: 3 }, 'broken', { category: 'B' }] },
      [
        { word: 'purchase:a', value: 10, quantity: 2, product: 1 },
        { word: 'purchase', value: 3, product: 2 },
        { word: 'purchase:b', product: 4 },
      ],
    ],
    [
      'Order Refunded',
      { category: 'C', products: [{ category: 'A' }, {}] },
      [
        { word: 'refund:a', product: 1 },
        { word: 'refund:c', product: 2 },
      ],
    ],
    ['Signed Up', { category: 'A' }, []],
  ])('%s with %j', (event, properties, actions) => {
    expect(track(event, properties)).toEqual(actions);
  });

  test.each([
    ['page', { name: 'Home' }, [{ word: 'visit' }]],
    ['page', { category: 'Docs' }, [{ word: 'visit:docs' }]],
    ['page', { properties: { category: 'Docs' } }, [{ word: 'visit:docs' }]],
    ['page', { category: { a: 1 } }, [{ word: 'visit' }]],
    ['screen', {}, [{ word: 'visit' }]],
    ['identify', { traits: {} }, []],
    ['group', {}, []],
    ['alias', {}, []],
  ])('%s %j', (kind, call, actions) => {
    expect(actionsOfCall(kind, call)).toEqual(actions);
  });

  test('of any JSON at all gives words of known types and finite numbers', () => {
    const call = fc.record({
      event: fc.oneof(fc.constantFrom('Order Completed', 'Product Added', 'Products Searched'), fc.jsonValue()),
      category: fc.jsonValue(),
      properties: fc.oneof(
        fc.jsonValue(),
        fc.record({
          products: fc.oneof(fc.array(fc.dictionary(fc.constantFrom('price', 'quantity', 'category'), fc.jsonValue()))),
          query: fc.jsonValue(),
          category: fc.jsonValue(),
          revenue: fc.jsonValue(),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom('track', 'page', 'screen', 'alias'), call, (kind, given) => {
        for (const { word, value = 0, quantity = 0 } of actionsOfCall(kind, given)) {
          expect(isActionType(typeOf(word))).toBe(true);
          expect(Number.isFinite(value) && Number.isFinite(quantity)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the shop's own rules", () => {
  const rules = createRules(
    { 'Artikel angesehen': 'view', 'order completed': null, 'Product Added': 'wishlist' },
    new Map([
      ['p1', 'shoes'],
      ['S-2', 'hats'],
    ]),
  );
  const track = (event: string, properties: unknown = {}) => actionsOfCall('track', { event, properties }, rules);

  test.each([
    ['Artikel angesehen', ['view']],
    ['ARTIKEL_ANGESEHEN', ['view']],
    ['Order Completed', []],
    ['Product Added', ['wishlist']],
    ['Product Viewed', ['view']],
    ['Unknown', []],
  ])('make %s what the shop says', (event, words) => {
    expect(track(event).map(({ word }) => word)).toEqual(words);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ product_id: 'p1' }, 'view:shoes'],
    [{ product_id: 'x', sku: 'S-2' }, 'view:hats'],
    [{ product_id: 'p1', category: 'Own' }, 'view:own'],
    [{ product_id: {} }, 'view'],
    [{ product_id: '__proto__' }, 'view'],
  ])('give a product without a category that of the catalogue (%#)', (properties, word) => {
    expect(track('Product Viewed', properties)[0]?.word).toBe(word);
  });

  test('give each line of an order its own, before that of the order', () => {
    const properties = { category: 'order', products: [{ product_id: 'p1' }, { sku: 'S-2' }, { sku: 'x' }] };
    const words = actionsOfCall('track', { event: 'purchase', properties }, rules).map(({ word }) => word);
    expect(words).toEqual(['purchase:shoes', 'purchase:hats', 'purchase:order']);
  });
});
