/**
 * Bytes of an item as DynamoDB counts them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: object): number {
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + sizeOf(value));
}

/** Of one item, at most. */
export const MOST_ITEM_BYTES = 400 * 1_024;

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  if (typeof value === 'boolean' || value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return sum([...value], sizeOf);
  if (Array.isArray(value)) return 3 + sum(value, (each) => 1 + sizeOf(each));
  return 3 + sum(Object.entries(value as object), ([name, each]) => 1 + Buffer.byteLength(name) + sizeOf(each));
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
