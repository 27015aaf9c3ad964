const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Beyond this a number is a mistake, and the store could not keep it exactly. */
const LARGEST = 1e15;

/**
 * A quantity or an amount as clients send it: a number, or the same as text. Rounded to 6 decimals: the store refuses
 * numbers nearer to zero than it can write.
 * @returns undefined for anything else
 */
export function plainNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) <= LARGEST)) return undefined;
  // The sum turns -0 into 0.
  return Math.abs(number) < 1e9 ? Math.round(number * 1e6) / 1e6 + 0 : number;
}
