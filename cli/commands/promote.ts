import { userInfo } from 'node:os';
import { BundleRefused } from '../../adapters/bundles.ts';
import { ChangeRefused } from '../../functions/promotion/live-model.ts';
import { dataOption, defineCommand, Failure, text } from '../framework.ts';
import { tellHistory } from '../promotion/history.ts';
import { withLocalModels } from '../promotion/local.ts';

export default defineCommand({
  name: 'promote',
  summary:
    'Makes a model bundle the live one; the next nightly run scores everyone with it. Alone: shows what was live.',
  arguments: [{ name: '[bundle]', description: 'folder of a bundle, or the version of one that is stored' }],
  options: {
    why: text('TEXT', 'why, as the history shows it', { default: '' }),
    data: dataOption,
  },
  async run(context, [bundle], { why, data }) {
    return withLocalModels(context, context.resolve(data), async (models) => {
      if (bundle === undefined) return tellHistory(context, await models.history(), await models.stored());
      try {
        const version = await models.bring(bundle);
        const asked = { by: userInfo().username, why, forced: false, gate: [] };
        const { from } = await models.promote(version, asked);
        context.print(`${version} is live; ${from ?? 'nothing'} was before`);
        context.print('the next nightly run scores everyone with it; back again: npm run rollback');
        return { version, from };
      } catch (error) {
        if (error instanceof BundleRefused || error instanceof ChangeRefused) throw new Failure(error.message);
        throw error;
      }
    });
  },
});
