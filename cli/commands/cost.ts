/** `npm run cost`: what a shop of a size costs on AWS in a month, line by line, beside a naive design. */
import { billsOf, type Line } from '../../lib/cost/bill.ts';
import { MIX, MODELS, SCORERS, TRAFFICS } from '../../lib/cost/mix.ts';
import { choice, defineCommand, integer } from '../framework.ts';

export default defineCommand({
  name: 'cost',
  summary: 'Estimates the bill of AWS for a shop of a size, in USD a month.',
  options: {
    users: integer('N', 'users who acted in the last 90 days', { required: true, min: 1 }),
    eventsPerDay: integer('N', 'events that tracking clients send in a day', { required: true, min: 1 }),
    eventsPerRequest: integer('N', 'events of a request', { default: 5, min: 1, max: 2_500 }),
    traffic: choice('KIND', TRAFFICS, 'whose requests: a browser’s are of one user, a server’s of many', {
      default: 'browser',
    }),
    retentionDays: integer('N', 'days that actions and scores are kept', { default: 240, min: 91 }),
    scorer: choice('KIND', SCORERS, 'where the model runs', { default: 'nightly' }),
    model: choice('SIZE', MODELS, 'size of the model', { default: 'tiny' }),
    trainingHours: integer('N', 'hours that the training of a week takes; 0: there is none', {
      default: 0,
      min: 0,
      max: 24,
    }),
  },
  async run(context, _args, shop) {
    const { ours, naive } = billsOf(shop);
    const { users, eventsPerDay, eventsPerRequest, traffic, retentionDays, scorer, model, trainingHours } = shop;
    context.print(
      `${users} users, ${eventsPerDay} events a day from a ${traffic}, ${eventsPerRequest} a request; ${MIX.acting * 100} % of the ` +
        `users act on a day; all of the last ${retentionDays} days is kept; ${model} model, scorer ${scorer}, ${trainingHours === 0 ? 'no training' : `${trainingHours} h of training a week`}.`,
    );
    context.print('us-east-1, USD a month, prices and their sources in lib/cost/prices.ts; no free tier.');
    for (const line of ours.lines) context.print(textOf(line));
    const share = ours.usd / naive.usd;
    context.print(`${money(ours.usd)}  in all`);
    context.print(
      `${money(naive.usd)}  with one item an event, everyone scored anew by an endpoint that is always up, and one ` +
        `score row a user and day: this is ${Math.round(share * 100)} % of it`,
    );
    return { ...shop, acting: MIX.acting, lines: ours.lines, usd: ours.usd, naive, shareOfNaive: share };
  },
});

function textOf({ service, what, quantity, unit, usd }: Line): string {
  return `${money(usd)}  ${service}, ${what}: ${amount(quantity)} ${unit}`;
}

function money(usd: number): string {
  return usd.toFixed(2).padStart(10);
}

function amount(quantity: number): string {
  return quantity >= 100 ? Math.round(quantity).toLocaleString('en-US') : String(Number(quantity.toPrecision(3)));
}
