import { userInfo } from 'node:os';
import { BundleRefused } from '../../adapters/bundles.ts';
import { ChangeRefused } from '../../functions/promotion/live-model.ts';
import { dataOption, defineCommand, Failure, text } from '../framework.ts';
import { withLocalModels } from '../promotion/local.ts';

export default defineCommand({
  name: 'rollback',
  summary: 'Goes back to the model that was live before; the next nightly run scores everyone with it.',
  arguments: [{ name: '[version]', description: 'a version that was live (default: the one before)' }],
  options: {
    why: text('TEXT', 'why, as the history shows it', { default: '' }),
    data: dataOption,
  },
  async run(context, [version], { why, data }) {
    return withLocalModels(context, context.resolve(data), async (models) => {
      try {
        const change = await models.rollBack({ by: userInfo().username, why, version });
        context.print(`${change.version} is live again; ${change.from} was before`);
        context.print('the next nightly run scores everyone with it');
        return { version: change.version, from: change.from };
      } catch (error) {
        if (error instanceof BundleRefused || error instanceof ChangeRefused) throw new Failure(error.message);
        throw error;
      }
    });
  },
});
