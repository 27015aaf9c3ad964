/** Seconds of a nightly run that asks the model for every user, against the night after, when nobody did anything. */
import { join } from 'node:path';
import { addDays } from '../../core/time.ts';
import { type Bench, command, resultOf, simulated, withTemporaryFolder } from './bench.ts';

const USERS = 1_000;

const bench: Bench = ({ scale, progress }) =>
  withTemporaryFolder(async (folder) => {
    const file = join(folder, 'actions.csv');
    const data = join(folder, 'data');
    progress('simulating and importing a shop');
    const { lastDay } = await simulated(file, Math.ceil(USERS * scale), 90);
    await command(['import', file, '--data', data, '--time-zone', 'UTC']);
    progress('first night');
    const first = await command(['nightly', '--day', addDays(lastDay, 1), '--data', data]);
    progress('the night after');
    const second = await command(['nightly', '--day', addDays(lastDay, 2), '--data', data]);
    const seconds = Number(first.seconds);
    return resultOf(seconds, Number(second.seconds), 's (the night after, without new actions)', [seconds], {
      users: first.activeUsers,
      modelCalls: first.modelCalls,
      modelCallsTheNightAfter: second.modelCalls,
    });
  });

export default bench;
