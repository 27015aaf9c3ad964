import { closeSync, openSync, writeSync } from 'node:fs';
import { HORIZONS } from '../../core/model/contract.ts';
import {
  drawShop,
  SHOP_KINDS,
  type Shop,
  type SimulatedAction,
  type SimulatedUser,
  simulateUsers,
  truthOf,
} from '../../core/simulation/index.ts';
import { dayFromNumber, dayNumber, isDay } from '../../core/time.ts';
import { choice, defineCommand, Failure, flag, integer, text, Usage } from '../framework.ts';

const DAY = 86_400_000;
const FLUSH_CHARACTERS = 1_000_000;

export default defineCommand({
  name: 'simulate',
  summary: 'Writes the log of a simulated shop, and the true probability that each user buys.',
  options: {
    users: integer('N', 'users', { default: 2000, min: 1, max: 10_000_000 }),
    days: integer('N', 'length of the log', { default: 120, min: 2, max: 3650 }),
    seed: integer('N', 'another seed gives another shop', { default: 1 }),
    start: text('DAY', 'first day of the log (default: so that it ends yesterday)'),
    preset: choice('NAME', ['demo', ...SHOP_KINDS], 'kind of shop', { default: 'demo' }),
    out: text('FILE.csv', 'where the actions go'),
    truth: text('FILE.csv', 'where the true probabilities of every seventh day go'),
    cause: flag('add a column to the actions: what set each purchase off'),
  },
  async run(context, _args, options) {
    if (!options.out && !options.truth) throw new Usage('say where to write: --out FILE.csv, --truth FILE.csv or both');
    if (options.start !== undefined && !isDay(options.start)) {
      throw new Usage(`--start ${options.start} is not a day; write it as YYYY-MM-DD`);
    }
    const started = Date.now();
    const start = options.start ?? dayFromNumber(Math.floor(started / DAY) - options.days);
    const { users, days, seed } = options;
    const shop = drawShop(seed, { kind: options.preset, users, days, start });
    using actionFile = createCsv(options.out && context.resolve(options.out));
    using truthFile = createCsv(options.truth && context.resolve(options.truth));
    actionFile?.line(`user_id,timestamp,type,category,quantity,value${options.cause ? ',cause' : ''}`);
    truthFile?.line(`user_id,day,${HORIZONS.map((days) => `p_${days}d`).join(',')}`);
    let count = 0;
    let actions = 0;
    let purchases = 0;
    let truths = 0;
    for (const user of simulateUsers(shop)) {
      for (const action of user.actions) {
        if (action.type === 'purchase') purchases++;
        actionFile?.line(`${user.id},${actionRow(shop, action)}${options.cause ? `,${action.cause ?? ''}` : ''}`);
      }
      actions += user.actions.length;
      if (truthFile) truths += writeTruth(shop, user, truthFile);
      context.progress(`${++count} of ${users} users`);
    }
    const lastDay = dayFromNumber(shop.start + shop.days - 1);
    context.print(`${users} users, ${actions} actions, ${purchases} purchase lines from ${start} to ${lastDay}`);
    return {
      preset: options.preset,
      seed,
      users,
      actions,
      purchases,
      truths,
      firstDay: start,
      lastDay,
      seconds: (Date.now() - started) / 1000,
    };
  },
});

function actionRow(shop: Shop, { type, category, at, quantity, value }: SimulatedAction): string {
  // Without an offset: the shop's wall clock.
  const timestamp = new Date(at).toISOString().slice(0, shop.resolution === 'day' ? 10 : 19);
  return `${timestamp},${type},${category},${quantity ?? ''},${value ?? ''}`;
}

/** One row per seventh day of the log on which the user had been seen before. @returns the rows written */
function writeTruth(shop: Shop, user: SimulatedUser, file: Csv): number {
  const first = dayNumber(new Date(user.actions[0]!.at).toISOString().slice(0, 10));
  const days: number[] = [];
  for (let day = shop.start + 7; day <= shop.start + shop.days; day += 7) if (day > first) days.push(day);
  for (const { day, p } of truthOf(shop, user, days)) file.line(`${user.id},${dayFromNumber(day)},${p.join(',')}`);
  return days.length;
}

interface Csv {
  line(text: string): void;
  [Symbol.dispose](): void;
}

/** @throws Failure when the file cannot be written */
function createCsv(path: string | undefined): Csv | undefined {
  if (!path) return undefined;
  const attempt = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      throw new Failure(`cannot write ${path}: ${(error as Error).message}`);
    }
  };
  const descriptor = attempt(() => openSync(path, 'w'));
  let waiting: string[] = [];
  let characters = 0;
  const flush = () => {
    const block = Buffer.from(waiting.join(''));
    for (let at = 0; at < block.length; ) at += attempt(() => writeSync(descriptor, block, at));
    waiting = [];
    characters = 0;
  };
  return {
    line(text) {
      waiting.push(`${text}\n`);
      characters += text.length + 1;
      if (characters > FLUSH_CHARACTERS) flush();
    },
    [Symbol.dispose]() {
      try {
        flush();
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
