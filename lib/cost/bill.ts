import type { Shop } from './mix.ts';
import { type Meter, PRICES, priceOf } from './prices.ts';
import { naiveUse, ourUse, type Use } from './usage.ts';

export interface Line {
  service: string;
  what: string;
  quantity: number;
  unit: string;
  /** USD a month. */
  usd: number;
}

export interface Bill {
  lines: Line[];
  usd: number;
}

/** Tiers count what all lines of a meter use together; each line bears its part. */
function billOf(uses: readonly Use[]): Bill {
  const totals = new Map<Meter, number>();
  for (const { meter, quantity } of uses) totals.set(meter, (totals.get(meter) ?? 0) + quantity);
  const lines = uses.map(({ service, what, meter, quantity }) => {
    const total = totals.get(meter)!;
    const usd = total === 0 ? 0 : (priceOf(meter, total) * quantity) / total;
    return { service, what, quantity, unit: PRICES[meter].unit, usd };
  });
  return { lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0) };
}

/** A month of this design, and of the naive one for the same shop. */
export function billsOf(shop: Shop): { ours: Bill; naive: Bill } {
  return { ours: billOf(ourUse(shop)), naive: billOf(naiveUse(shop)) };
}
