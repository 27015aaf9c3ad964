/** A simulated shop's actions as the calls that a shop's own tracking client would send. */
import type { SimulatedAction, SimulatedUser } from '../core/simulation/index.ts';
import type { Zone } from '../core/time.ts';

/** A call of Segment's tracking API, as it travels in a batch. */
export interface TrackingCall {
  type: 'track' | 'page';
  messageId: string;
  userId: string;
  timestamp: string;
  event?: string;
  properties: Record<string, unknown>;
}

/** Stays under the 500 KB and 2,500 events that one batch may have. */
const CALLS_PER_BATCH = 1_000;

/**
 * Batches of whole users, so that a day of a user travels in one request. The same users give the same batches, byte
 * for byte: sending them twice stores nothing twice.
 */
export function* demoBatches(users: Iterable<SimulatedUser>, zone: Zone): Generator<TrackingCall[]> {
  let batch: TrackingCall[] = [];
  for (const user of users) {
    const calls = user.actions.map((action, index) => toCall(user.id, index, action, zone));
    if (batch.length > 0 && batch.length + calls.length > CALLS_PER_BATCH) {
      yield batch;
      batch = [];
    }
    batch.push(...calls);
    while (batch.length > CALLS_PER_BATCH) yield batch.splice(0, CALLS_PER_BATCH);
  }
  if (batch.length > 0) yield batch;
}

function toCall(userId: string, index: number, action: SimulatedAction, zone: Zone): TrackingCall {
  return {
    messageId: `demo-${userId}-${index}`,
    userId,
    timestamp: new Date(zone.instantOf(action.at)).toISOString(),
    ...callOf(action),
  };
}

function callOf(action: SimulatedAction): Pick<TrackingCall, 'type' | 'event' | 'properties'> {
  const { category, quantity, value } = action;
  const product = category ? { category } : {};
  const track = (event: string, properties: Record<string, unknown>) => ({ type: 'track' as const, event, properties });
  switch (action.type) {
    case 'view':
      return track('Product Viewed', product);
    case 'search':
      return track('Products Searched', { query: category });
    case 'wishlist':
      return track('Product Added to Wishlist', product);
    case 'cart':
      return track('Product Added', product);
    case 'uncart':
      return track('Product Removed', product);
    case 'checkout':
      return track('Checkout Started', product);
    case 'coupon':
      return track('Coupon Applied', product);
    case 'purchase': {
      const price = value === undefined ? undefined : value / (quantity ?? 1);
      return track('Order Completed', { products: [{ ...product, price, quantity }] });
    }
    case 'refund':
      return track('Order Refunded', { products: [{ ...product, quantity }] });
    case 'visit':
      return { type: 'page', properties: { title: 'Home' } };
  }
}
