import { ORIGIN_HEADER } from '../../../../core/edge/ports.ts';
import { createHandler } from '../../../../functions/edge/authorize/handler.ts';

function start(values: string[]) {
  const state = { now: 1_000_000, values, reads: 0 };
  const authorize = createHandler({
    clock: () => state.now,
    secret: {
      async valid() {
        state.reads += 1;
        return state.values;
      },
    },
  });
  const lets = async (value?: string) =>
    (await authorize({ headers: value === undefined ? {} : { [ORIGIN_HEADER]: value } })).isAuthorized;
  return { state, lets };
}

test('the value is let through, and nothing else', async () => {
  const { lets } = start(['right']);
  expect(await lets('right')).toBe(true);
  for (const wrong of ['wrong', 'righ', 'right ', '', undefined]) expect(await lets(wrong)).toBe(false);
});

test('an empty secret lets nobody through', async () => {
  const { lets } = start([]);
  expect(await lets('')).toBe(false);
  expect(await lets(undefined)).toBe(false);
});

test('both values of a rotation are good, and the new one at once', async () => {
  const { state, lets } = start(['old']);
  expect(await lets('old')).toBe(true);
  state.now += 1_000;
  state.values = ['old', 'new'];
  expect(await lets('new')).toBe(true);
  expect(await lets('old')).toBe(true);
});

test('a value that was replaced is good for another minute at most', async () => {
  const { state, lets } = start(['old', 'new']);
  expect(await lets('old')).toBe(true);
  state.values = ['new'];
  state.now += 60_000;
  expect(await lets('old')).toBe(false);
});

test('whoever tries values makes it read the secret once a second, not more', async () => {
  const { state, lets } = start(['right']);
  for (let tried = 0; tried < 100; tried++) await lets(`guess ${tried}`);
  expect(state.reads).toBe(1);
  state.now += 1_000;
  for (let tried = 0; tried < 100; tried++) await lets(`guess ${tried}`);
  expect(state.reads).toBe(2);
});

test('a secret that cannot be read lets nobody through, and is tried again', async () => {
  let broken = true;
  const authorize = createHandler({
    clock: () => 0,
    secret: {
      async valid() {
        if (broken) throw new Error('away');
        return ['right'];
      },
    },
  });
  const event = { headers: { [ORIGIN_HEADER]: 'right' } };
  await expect(authorize(event)).rejects.toThrow('away');
  broken = false;
  expect(await authorize(event)).toEqual({ isAuthorized: true });
});
