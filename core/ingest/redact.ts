/** The shape of a refused event: what a data engineer needs to find its fault, and nothing that a person sent. */
import { CALLS } from './event.ts';

/** Names of fields that the conventions know; any other name may itself be somebody's. */
const KNOWN = new Set(
  (
    'type event userId anonymousId previousId groupId messageId timestamp originalTimestamp sentAt receivedAt name ' +
    'category properties traits context integrations writeKey batch library version userAgent ip locale page url ' +
    'path referrer title search products product_id sku brand variant price quantity coupon position revenue total ' +
    'value currency order_id query search_term client_id user_id timestamp_micros events params items item_id ' +
    'item_name item_category transaction_id id customer line_items created_at total_price token checkout_token ' +
    'cart_token consent categoryPreferences time user'
  ).split(' '),
);
const MAX_DEPTH = 4;
const MAX_FIELDS = 30;
const MAX_ITEMS = 2;
const MAX_LENGTH = 2_000;

/**
 * Every value by its kind and size; known fields by name, the others as their number. Call types stand as they are.
 * @returns JSON of at most 2,000 characters
 */
export function redact(value: unknown): unknown {
  const shape = shapeOf(value, 0);
  return JSON.stringify(shape).length <= MAX_LENGTH ? shape : shapeOf(value, MAX_DEPTH - 1);
}

function shapeOf(value: unknown, depth: number): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return (CALLS as readonly string[]).includes(value) ? value : textShape(value);
  if (typeof value === 'number') return Number.isInteger(value) ? '(whole number)' : '(number)';
  if (typeof value === 'boolean') return '(true or false)';
  if (typeof value !== 'object') return '(not JSON)';
  if (Array.isArray(value)) return arrayShape(value, depth);
  return depth >= MAX_DEPTH ? '(object)' : objectShape(value as Record<string, unknown>, depth);
}

function textShape(text: string): string {
  if (text === '') return '(empty text)';
  if (/^\s*$/.test(text)) return '(blank text)';
  const kind = text.isWellFormed() ? '' : ', not valid Unicode';
  return `(text of ${text.length}${kind})`;
}

function arrayShape(items: unknown[], depth: number): unknown {
  if (depth >= MAX_DEPTH) return `(list of ${items.length})`;
  const shown = items.slice(0, MAX_ITEMS).map((item) => shapeOf(item, depth + 1));
  return items.length > MAX_ITEMS ? [...shown, `(${items.length - MAX_ITEMS} more)`] : shown;
}

function objectShape(object: Record<string, unknown>, depth: number): unknown {
  const names = Object.keys(object);
  const known = names.filter((name) => KNOWN.has(name)).slice(0, MAX_FIELDS);
  const shape: Record<string, unknown> = {};
  for (const name of known) shape[name] = shapeOf(object[name], depth + 1);
  if (names.length > known.length) shape['(other fields)'] = names.length - known.length;
  return shape;
}
