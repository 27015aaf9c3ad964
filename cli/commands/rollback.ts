import { userInfo } from 'node:os';
import { defineCommand, Failure } from '../framework.ts';
import { modelOptions, withModels } from '../promotion/models.ts';

export default defineCommand({
  name: 'rollback',
  summary: 'Goes back to the model that was live before; the next nightly run scores everyone with it.',
  arguments: [{ name: '[version]', description: 'a version that was live (default: the one before)' }],
  options: modelOptions,
  async run(context, [version], { why, stage, data }) {
    return withModels(context, { stage, data }, async (models) => {
      const { refused, change } = await models.ask({
        ...{ do: 'rollback', by: userInfo().username, why },
        ...(version !== undefined && { version }),
      });
      if (!change) throw new Failure(refused!);
      context.print(`${change.version} is live again; ${change.from} was before`);
      context.print('the next nightly run scores everyone with it');
      return { version: change.version, from: change.from };
    });
  },
});
