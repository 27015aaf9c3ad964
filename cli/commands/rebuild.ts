import { readFile } from 'node:fs/promises';
import { createDynamoClient } from '../../adapters/dynamo/client.ts';
import { dataOption, defineCommand, text } from '../framework.ts';
import { rebuildUsers } from '../rebuild-users.ts';
import { stageOption, withShop } from '../shop-access.ts';

export default defineCommand({
  name: 'rebuild',
  summary: 'Makes the table Users again from Actions and Links, or adds what it lacks after a restore.',
  options: {
    ids: text('FILE', 'the shop’s ids, one a line; the ids of others are their pseudonyms from then on'),
    stage: stageOption,
    data: dataOption,
  },
  async run(context, _args, { ids, stage, data }) {
    const known = ids === undefined ? '' : await readFile(context.resolve(ids), 'utf8');
    const lines = known.split('\n').map((line) => line.trim());
    const options = { model: false, mustExist: true, progress: context.progress };
    return withShop(context, { stage, data }, options, async (deps) => {
      const client = createDynamoClient();
      const counts = await rebuildUsers(deps, client, lines.filter(Boolean), context.progress);
      client.destroy();
      context.print(`${counts.users} users, ${counts.named} of them with their id; ${counts.merged} ids are merged`);
      context.print('the next nightly run makes their forecasts');
      return counts;
    });
  },
});
