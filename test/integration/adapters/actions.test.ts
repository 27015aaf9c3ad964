import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createActionStore } from '../../../adapters/dynamo/actions.ts';
import { DamagedItem } from '../../../adapters/dynamo/errors.ts';
import type { Action } from '../../../core/actions/action.ts';
import type { ActionChunk, ActionStore } from '../../../core/ports/actions.ts';
import { countRequests } from '../../support/requests.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const SECOND = 1_000;

let store: TestStore;
let actions: ActionStore;
let now = NOON;
let users = 0;
let user = '';

beforeAll(async () => {
  store = await startStore();
  actions = createActionStore(store.client, '', () => now);
});
afterAll(() => store.stop());
beforeEach(() => {
  now = NOON;
  user = `user${users++}`;
});

function chunk(list: Action[], more: Partial<ActionChunk> = {}): ActionChunk {
  return { user, day: '2026-03-02', chunk: 'c1', actions: list, ...more };
}

function view(id: string, at = NOON): Action {
  return { word: 'view:shoes', at, id };
}

describe('put and read', () => {
  test('every field comes back as it was put', async () => {
    const order = { word: 'purchase:shoes', at: NOON, id: 'm1#0', value: 19.99, quantity: 2 };
    const plain = { word: 'search:größe 42 ✓', at: NOON + 1, id: 'm2' };
    expect(await actions.put(chunk([order, plain], { source: 'web' }))).toEqual({ repeated: false });
    expect(await actions.read(user)).toStrictEqual([
      { ...order, source: 'web' },
      { ...plain, source: 'web' },
    ]);
  });

  test('a chunk without a source gives actions without one', async () => {
    await actions.put(chunk([view('m1')]));
    expect(await actions.read(user)).toStrictEqual([view('m1')]);
  });

  test('a value of zero and moments before 1970 are kept', async () => {
    const early = { word: 'refund', at: -5, id: 'm1', value: 0, quantity: 0 };
    await actions.put(chunk([early], { day: '1969-12-31' }));
    expect(await actions.read(user)).toStrictEqual([early]);
  });

  test('actions come in sequence order, whatever the order of chunks: by time, then word, then id', async () => {
    await actions.put(chunk([view('b'), view('a'), { word: 'cart:shoes', at: NOON, id: 'z' }], { chunk: 'x' }));
    await actions.put(chunk([view('first', NOON - 1)], { chunk: 'y' }));
    expect((await actions.read(user)).map(({ id }) => id)).toEqual(['first', 'z', 'a', 'b']);
  });

  test('a user nobody knows has no actions', async () => {
    expect(await actions.read('nobody')).toEqual([]);
  });

  test('users do not see each other', async () => {
    await actions.put(chunk([view('m1')]));
    await actions.put(chunk([view('m2')], { user: `${user}x` }));
    expect(await actions.read(user)).toEqual([view('m1')]);
  });
});

describe('retries', () => {
  test('the same chunk again is told as repeated and stored once', async () => {
    await actions.put(chunk([view('m1')]));
    expect(await actions.put(chunk([view('m1')]))).toEqual({ repeated: true });
    expect(await actions.read(user)).toEqual([view('m1')]);
  });

  test('another chunk of the same day is not a repetition', async () => {
    await actions.put(chunk([view('m1')]));
    expect(await actions.put(chunk([view('m2')], { chunk: 'c2' }))).toEqual({ repeated: false });
  });

  test('requests that overlap leave each id once, at its earliest moment', async () => {
    await actions.put(chunk([view('m1'), view('m2', NOON + 9)], { chunk: 'c1' }));
    await actions.put(chunk([view('m2', NOON + 7), view('m3', NOON + 8)], { chunk: 'c2' }));
    expect((await actions.read(user)).map(({ id, at }) => [id, at - NOON])).toEqual([
      ['m1', 0],
      ['m2', 7],
      ['m3', 8],
    ]);
  });

  test('two equal clicks with two ids are two actions', async () => {
    await actions.put(chunk([view('m1'), view('m2')]));
    expect(await actions.read(user)).toHaveLength(2);
  });
});

describe('range of days', () => {
  beforeEach(async () => {
    for (const day of ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-10']) {
      await actions.put(chunk([view(day, Date.parse(day))], { day }));
    }
  });

  test.each([
    [{}, ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-10']],
    [{ from: '2026-03-01' }, ['2026-03-01', '2026-03-02', '2026-03-10']],
    [{ to: '2026-03-01' }, ['2026-02-28', '2026-03-01']],
    [{ from: '2026-03-01', to: '2026-03-02' }, ['2026-03-01', '2026-03-02']],
    [{ from: '2026-03-02', to: '2026-03-02' }, ['2026-03-02']],
    [{ from: '2026-03-03', to: '2026-03-09' }, []],
    [{ from: '2026-03-10', to: '2026-03-01' }, []],
  ])('%j gives both ends', async (range, days) => {
    expect((await actions.read(user, range)).map(({ id }) => id)).toEqual(days);
  });

  test('a chunk named with any character lies within its day', async () => {
    await actions.put(chunk([view('odd')], { day: '2026-03-05', chunk: '~zz$#\u{10ffff}' }));
    const read = await actions.read(user, { from: '2026-03-05', to: '2026-03-05' });
    expect(read.map(({ id }) => id)).toEqual(['odd']);
  });
});

describe('expiry', () => {
  test('an action is gone from the second its item expires, though the store still holds it', async () => {
    const expires = NOON / SECOND + 60;
    await actions.put(chunk([view('m1')], { expires }));
    await actions.put(chunk([view('m2')], { chunk: 'kept' }));
    now = (expires - 1) * SECOND;
    expect(await actions.read(user)).toHaveLength(2);
    now = expires * SECOND;
    expect((await actions.read(user)).map(({ id }) => id)).toEqual(['m2']);
  });
});

describe('size', () => {
  test('more than the 1 MB of one answer is read to the end', async () => {
    const long = 'x'.repeat(1_000);
    for (let n = 0; n < 5; n++) {
      const list = Array.from({ length: 300 }, (_, k) => view(`${n}-${k}-${long}`, NOON + n * 300 + k));
      await actions.put(chunk(list, { chunk: `c${n}` }));
    }
    const counted = countRequests(store.client);
    const read = await actions.read(user);
    expect(read).toHaveLength(1_500);
    expect(read.map(({ at }) => at - NOON)).toEqual(Array.from({ length: 1_500 }, (_, k) => k));
    expect(counted.of('QueryCommand')).toBeGreaterThan(1);
    counted.stop();
  });

  test('a chunk beyond the 400 KB of one item is stored whole, and a retry of it is told', async () => {
    const list = Array.from({ length: 12_000 }, (_, k) => view(`order-${k}-${'é'.repeat(30)}`, NOON + k));
    expect(await actions.put(chunk(list))).toEqual({ repeated: false });
    expect(await actions.put(chunk(list))).toEqual({ repeated: true });
    expect(await actions.read(user, { from: '2026-03-02', to: '2026-03-02' })).toEqual(list);
  });
});

describe('damage', () => {
  test.each([
    ['no actions', {}],
    ['actions that are a text', { p: 'x' }],
    ['actions of a format to come', { p: Uint8Array.of(9) }],
    ['actions that end within one', { p: Uint8Array.of(1, 0, 0) }],
    ['a source that is a list', { p: Uint8Array.of(1), s: [] }],
  ])('%s is refused with the key of the item', async (_, attributes) => {
    const Item = { user, dayChunk: '2026-03-02#bad', ...attributes };
    await store.client.send(new PutCommand({ TableName: 'Actions', Item }));
    const failure = await actions.read(user).catch((error) => error);
    expect(failure).toBeInstanceOf(DamagedItem);
    expect(failure.message).toContain(`item ${user} 2026-03-02#bad of table Actions is damaged`);
  });
});
