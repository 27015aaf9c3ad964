/** `npm run export`: the sequences of the store, or of a file, as training reads them: integers, and pseudonyms for users. */
import { existsSync } from 'node:fs';
import { actionOptions, readActionSource } from '../action-source.ts';
import { defineCommand, Failure, flag, integer, text } from '../framework.ts';
import { publicWordsOf, SHIPPED } from '../shipped.ts';
import { writeTrainingSet } from '../training-set.ts';

export default defineCommand({
  name: 'export',
  summary: 'Writes sequences for training: integers only, with the vocabulary beside them.',
  options: {
    until: text('DAY', 'excluded; nothing at or after it is read (default: the day after the last action)'),
    out: text('FOLDER', 'where to write', { required: true }),
    activeDays: integer('N', 'a user is asked about on days with an action in so many days before', {
      default: 90,
      min: 1,
    }),
    private: flag('for private training: only words that the shipped bundle knows, and 16 days of a user'),
    ...actionOptions,
  },
  async run(context, _args, options) {
    const folder = context.resolve(options.out);
    if (existsSync(`${folder}/meta.json`)) throw new Failure(`${folder} holds training data`, 'name another folder');
    const source = await readActionSource(context, options);
    const summary = writeTrainingSet(context, source, folder, {
      ...options,
      seed: 0,
      publicWords: options.private ? publicWordsOf(SHIPPED) : undefined,
    });
    context.print(`${summary.users} users and ${summary.actions} actions before ${summary.until} written to ${folder}`);
    return { ...summary };
  },
});
