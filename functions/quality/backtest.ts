/** What a bundle's manifest says of its backtest: `backtest` wrote it where the bundle was trained on a log. */
import * as z from 'zod';
import { type BacktestReply, shopBacktest } from './contract.ts';

/** Of members trained on simulated shops; log-losses, `oracle` of the exact truth. */
const members = z.array(z.object({ horizon: z.number(), oracle: z.number() })).min(1);

export function backtestOf(manifest: Record<string, unknown>): BacktestReply {
  const shop = shopBacktest.safeParse(manifest).data ?? null;
  const held = members.safeParse(manifest.heldOutShops).data;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const simulated = held && {
    logLoss: mean(held.map(({ horizon }) => horizon)),
    possible: mean(held.map(({ oracle }) => oracle)),
  };
  return { shop, simulated: simulated ?? null };
}
