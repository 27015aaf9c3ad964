/** What was live, for people to read. */
import type { PromotionReply } from '../../functions/promotion/handler.ts';
import type { Context, Result } from '../framework.ts';

export function tellHistory(context: Context, history: NonNullable<PromotionReply['history']>): Result {
  const { version, changes, stored } = history;
  for (const { at, what, version: to, from, by, why, forced, gate } of changes) {
    const said = [`by ${by}`, forced && 'forced', why].filter(Boolean).join(', ');
    context.print(`${at.slice(0, 16)}Z  ${what} of ${to} after ${from ?? 'nothing'}  (${said})`);
    for (const line of gate) context.print(`  ${line}`);
  }
  context.print(version ? `${version} is live` : 'no model is live');
  const others = stored.filter((one) => one !== version);
  if (others.length > 0) context.print(`stored besides: ${others.join(', ')}`);
  return { version, stored, changes };
}
