import { userInfo } from 'node:os';
import { defineCommand, Failure, flag } from '../framework.ts';
import { tellHistory } from '../promotion/history.ts';
import { modelOptions, withModels } from '../promotion/models.ts';

export default defineCommand({
  name: 'promote',
  summary:
    'Makes a model bundle the live one, if the shop’s newest weeks say it is no worse. Alone: shows what was live.',
  arguments: [{ name: '[bundle]', description: 'folder of a bundle, or the version of one that is stored' }],
  options: {
    force: flag('promotes it although the gate refuses; the history keeps that, and why it refused'),
    ...modelOptions,
  },
  async run(context, [bundle], { force, why, stage, data }) {
    return withModels(context, { stage, data }, async (models) => {
      if (bundle === undefined) return tellHistory(context, (await models.ask({ do: 'history' })).history!);
      const version = await models.bring(bundle);
      const {
        refused,
        gate = [],
        change,
      } = await models.ask({
        ...{ do: 'promote', version, by: userInfo().username, why },
        ...(force && { force }),
      });
      for (const line of gate) context.print(line);
      if (!change)
        throw new Failure(
          `${refused}${gate.length > 0 ? `: ${reasons(gate)}` : ''}`,
          gate.length > 0 ? 'what is live stays; --force promotes it all the same' : undefined,
        );
      context.print(`${version} is live; ${change.from ?? 'nothing'} was before`);
      context.print('the next nightly run scores everyone with it; back again: npm run rollback');
      return { version, from: change.from, passes: !change.forced, gate };
    });
  },
});

/** Of a refusal, without the word before each. */
function reasons(gate: readonly string[]): string {
  return gate.flatMap((line) => (line.startsWith('refused: ') ? [line.slice('refused: '.length)] : [])).join('; ');
}
