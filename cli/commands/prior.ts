import { existsSync } from 'node:fs';
import { createTrainingDataWriter } from '../../adapters/training-data.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { feedShop } from '../../core/simulation/feed.ts';
import { SHOP_KINDS } from '../../core/simulation/index.ts';
import { dayFromNumber } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { choice, defineCommand, Failure, flag, integer, text } from '../framework.ts';

export default defineCommand({
  name: 'prior',
  summary: 'Writes training data of simulated shops: what the shipped bundle is fitted to.',
  options: {
    shops: integer('N', 'number of shops', { default: 100, min: 1 }),
    users: integer('N', 'users of each shop', { default: 300, min: 1 }),
    asked: integer('N', 'users of each shop that are asked about; the others only make its statistics', {
      default: 60,
      min: 1,
    }),
    queries: integer('N', 'days asked of each of them', { default: 12, min: 1 }),
    kind: choice('KIND', SHOP_KINDS, 'only shops of this kind (default: the whole family)'),
    wander: flag('users of most shops come back to less: for what tells the next category, never for hazards'),
    seed: integer('N', 'seed of the first shop; the others follow', { default: 1, min: 0 }),
    out: text('FOLDER', 'where to write', { required: true }),
  },
  async run(context, _args, options) {
    const folder = context.resolve(options.out);
    if (existsSync(`${folder}/meta.json`)) throw new Failure(`${folder} holds training data; name another folder`);
    const vocabulary = createVocabulary();
    const writer = createTrainingDataWriter(folder, 'survival');
    const started = Date.now();
    let users = 0;
    let actions = 0;
    let firstDay = Number.POSITIVE_INFINITY;
    let lastDay = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < options.shops; index++) {
      const shop = feedShop(options.seed + index, vocabulary, {
        ...(options.kind && { kind: options.kind }),
        users: options.users,
        asked: options.asked,
        queriesPerUser: options.queries,
        wander: options.wander ?? false,
      });
      const rows = new Map([...shop.statistics].map(([day, vector]) => [day, writer.addShopRow(vector)]));
      for (const window of shop.windows) {
        const queries = window.queries.map(({ survival, ...query }) => ({
          ...query,
          shopRow: rows.get(query.day)!,
          target: { survival },
        }));
        writer.addWindow({ ...window, group: options.seed + index, queries });
      }
      users += shop.users;
      actions += shop.actions;
      firstDay = Math.min(firstDay, shop.firstDay);
      lastDay = Math.max(lastDay, shop.lastDay);
      const speed = users / ((Date.now() - started) / 1000);
      context.progress(`${index + 1} of ${options.shops} shops, ${Math.round(speed)} users/s`);
    }
    const result = {
      shops: options.shops,
      seed: options.seed,
      wander: options.wander ?? false,
      users,
      actions,
      firstDay: dayFromNumber(firstDay),
      lastDay: dayFromNumber(lastDay),
    };
    writer.finish({ ...result, vocabulary: vocabulary.words, shopStatistics: SHOP_STATISTICS });
    context.print(`${options.shops} shops, ${users} users and ${actions} actions written to ${folder}`);
    return { ...result, seconds: (Date.now() - started) / 1000 };
  },
});
