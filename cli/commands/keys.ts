import { SCOPES } from '../../core/ports/keys.ts';
import { LONGEST_OVERLAP_HOURS } from '../../functions/keys/contract.ts';
import { choice, dataOption, defineCommand, defineCommandGroup, Failure, integer, text, Usage } from '../framework.ts';
import { stageOption, withShop } from '../shop-access.ts';

/** A name is shown in lists and logs; a key longer than this would be a text of another kind. */
const LONGEST_NAME = 200;

const create = defineCommand({
  name: 'create',
  summary: 'Makes a key and shows it once.',
  options: {
    scope: choice('SCOPE', SCOPES, 'what the key may do', { required: true }),
    name: text('NAME', 'what the key is for, as shown in lists', { default: '' }),
    source: text('SOURCE', 'source of the actions that are sent with this key'),
    stage: stageOption,
    data: dataOption,
  },
  async run(context, _args, { scope, name, source, stage, data }) {
    for (const given of [name, source ?? '']) {
      if (given.length > LONGEST_NAME) throw new Usage(`a name or source has at most ${LONGEST_NAME} characters`);
    }
    const made = await withShop(context, { stage, data }, { model: false, progress: context.progress }, (deps) =>
      deps.keys.create({ scope, name, ...(source && { source }) }),
    );
    if (!context.json) {
      context.print(`key ${made.id} of scope ${made.scope}, shown this once:`);
      context.print(made.key);
    }
    return { ...made };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'Lists the keys that were made, without the keys themselves.',
  options: { stage: stageOption, data: dataOption },
  async run(context, _args, { stage, data }) {
    const keys = await withShop(
      context,
      { stage, data },
      { model: false, mustExist: true, progress: context.progress },
      (deps) => deps.keys.list(),
    );
    for (const { id, scope, createdAt, endsAt, name, source } of keys) {
      const more = [name, source && `(source ${source})`, endsAt && `(ends ${endsAt})`].filter(Boolean);
      context.print([id, scope.padEnd(8), createdAt.slice(0, 10), ...more].join('  '));
    }
    if (keys.length === 0) context.print('no keys were made; those of the data folder itself are in its keys.json');
    return { keys };
  },
});

const revoke = defineCommand({
  name: 'revoke',
  summary: 'Revokes a key. A running system refuses it after 30 seconds at the latest.',
  arguments: [{ name: '<id>', description: 'id of the key, as `keys list` shows it' }],
  options: { stage: stageOption, data: dataOption },
  async run(context, [id = ''], { stage, data }) {
    const revoked = await withShop(
      context,
      { stage, data },
      { model: false, mustExist: true, progress: context.progress },
      (deps) => deps.keys.revoke(id),
    );
    if (!revoked) throw new Failure(`there is no key ${id}`, 'see npm run keys -- list');
    context.print(`key ${id} is revoked`);
    return { id, revoked };
  },
});

const rotate = defineCommand({
  name: 'rotate',
  summary: 'Makes a key of the same scope, name and source, and shows it once; the old one works on for a while.',
  arguments: [{ name: '<id>', description: 'id of the old key, as `keys list` shows it' }],
  options: {
    overlap: integer('HOURS', 'hours that the old key works on', { default: 24, max: LONGEST_OVERLAP_HOURS }),
    stage: stageOption,
    data: dataOption,
  },
  async run(context, [id = ''], { overlap, stage, data }) {
    const made = await withShop(
      context,
      { stage, data },
      { model: false, mustExist: true, progress: context.progress },
      (deps) => deps.keys.rotate(id, overlap * 3_600_000),
    );
    if (!made) throw new Failure(`there is no key ${id}, or it ended`, 'see npm run keys -- list');
    if (!context.json) {
      context.print(`key ${made.id} of scope ${made.scope}, shown this once:`);
      context.print(made.key);
      context.print(`the old one, ${id}, ends ${made.replaces.endsAt}`);
    }
    return { ...made };
  },
});

export default defineCommandGroup({
  name: 'keys',
  summary: 'Makes, lists, revokes and rotates the keys of the API.',
  commands: [create, list, revoke, rotate],
});
