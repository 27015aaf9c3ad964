/** What the shop itself says of its events; the built-in names and the event's own category otherwise. */
import type { ActionType } from '../actions/action.ts';
import { eventKey } from '../actions/event-names.ts';

export interface MappingRules {
  /** The shop's own name of an event: its type, null where the shop says that it is no action, undefined for others. */
  typeOf(event: string): ActionType | null | undefined;
  /** Category of a product by its id or SKU, for products that come without one. */
  categoryOf(product: string): string | undefined;
}

export const NO_RULES: MappingRules = { typeOf: () => undefined, categoryOf: () => undefined };

/** Event names to action types, null for none: the body of `PUT /v1/event-types`. */
export type EventTypes = Record<string, ActionType | null>;

/**
 * @param categories by product id or SKU
 */
export function createRules(eventTypes: EventTypes, categories: ReadonlyMap<string, string>): MappingRules {
  const types = new Map(Object.entries(eventTypes).map(([name, type]) => [eventKey(name), type]));
  return {
    // No look at the name where the shop has none of its own.
    typeOf: (event) => (types.size === 0 ? undefined : types.get(eventKey(event))),
    categoryOf: (product) => categories.get(product),
  };
}
