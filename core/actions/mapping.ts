/** What a tracking call says of the user's actions. */
import { type MappingRules, NO_RULES } from '../ingest/rules.ts';
import { type ActionType, type ActionWord, wordOf } from './action.ts';
import { searchTerm, slugCategory } from './category.ts';
import { isListEvent, typeOfEvent } from './event-names.ts';
import { plainNumber } from './numbers.ts';

export interface MappedAction {
  word: ActionWord;
  /** Money of the action in the shop's own currency. */
  value?: number;
  quantity?: number;
  /** Position among the event's products, from 1; absent for the event as a whole. */
  product?: number;
}

type Fields = Record<string, unknown>;

/**
 * The actions of one tracking call, none for calls and events that are none.
 * @param kind the call's type: `track`, `page` …
 * @param call the call as parsed from JSON; anything may be in it
 * @param rules the shop's own names and its catalogue
 */
export function actionsOfCall(kind: string, call: Fields, rules: MappingRules = NO_RULES): MappedAction[] {
  const properties = fieldsOf(call.properties);
  if (kind === 'page' || kind === 'screen') {
    return [{ word: wordOf('visit', categoryFrom(call.category ?? properties.category)) }];
  }
  if (kind !== 'track' || typeof call.event !== 'string') return [];
  const own = rules.typeOf(call.event);
  const type = own === undefined ? typeOfEvent(call.event) : own;
  if (!type) return [];
  const products = productsOf(call.event, type, properties);
  const only = products.length === 1;
  return products.length === 0
    ? [mapped(type, categorised(properties, properties, rules), wholeValue(properties))]
    : products.map(({ fields, position }) => {
        const product = categorised(fields, properties, rules);
        const value = productValue(fields) ?? (only ? wholeValue(properties) : undefined);
        return { ...mapped(type, product, value), ...(!only && { product: position }) };
      });
}

/** A product with its category: its own, that of the catalogue, or that of the event around it. */
function categorised(product: Fields, event: Fields, rules: MappingRules): Fields {
  const own = product.category ?? fromCatalogue(product, rules) ?? event.category;
  return own === product.category ? product : { ...product, category: own };
}

function fromCatalogue(product: Fields, rules: MappingRules): string | undefined {
  for (const id of [product.product_id, product.sku, product.variant_id]) {
    const category = typeof id === 'string' || typeof id === 'number' ? rules.categoryOf(String(id)) : undefined;
    if (category !== undefined) return category;
  }
  return undefined;
}

function mapped(type: ActionType, fields: Fields, value: number | undefined): MappedAction {
  const category = type === 'search' ? termFrom(fields) : categoryFrom(fields.category);
  const quantity = plainNumber(fields.quantity);
  return {
    word: wordOf(type, category),
    ...(value !== undefined && { value }),
    ...(quantity !== undefined && { quantity }),
  };
}

function productsOf(event: string, type: ActionType, properties: Fields): { fields: Fields; position: number }[] {
  if (!Array.isArray(properties.products) || type === 'search' || isListEvent(event)) return [];
  return properties.products
    .map((product, index) => ({ fields: product, position: index + 1 }))
    .filter(({ fields }) => isFields(fields));
}

/** Money of an event as a whole. */
function wholeValue(properties: Fields): number | undefined {
  return (
    plainNumber(properties.revenue) ??
    plainNumber(properties.total) ??
    plainNumber(properties.value) ??
    productValue(properties)
  );
}

/** Price of one times the quantity, one when absent. */
function productValue(product: Fields): number | undefined {
  const price = plainNumber(product.price);
  return price === undefined ? undefined : plainNumber(price * (plainNumber(product.quantity) ?? 1));
}

function categoryFrom(category: unknown): string | undefined {
  if (typeof category === 'number' && Number.isFinite(category)) return slugCategory(String(category));
  return typeof category === 'string' ? slugCategory(category) : undefined;
}

function termFrom(properties: Fields): string | undefined {
  const term = properties.query ?? properties.search_term ?? properties.term ?? properties.category;
  if (typeof term === 'number' && Number.isFinite(term)) return searchTerm(String(term));
  return typeof term === 'string' ? searchTerm(term) : undefined;
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
