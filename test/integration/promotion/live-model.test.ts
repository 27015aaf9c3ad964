/** What is live, on a real store and files, when a change is interrupted or two come at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createBundleStore, storeBundle } from '../../../adapters/bundles.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createObjectStore } from '../../../adapters/objects.ts';
import type { ObjectStore, SettingStore } from '../../../core/ports.ts';
import { LIVE } from '../../../core/promotion/changes.ts';
import {
  ChangeRefused,
  type LiveModelDependencies,
  liveHistory,
  promote,
  rollBack,
} from '../../../functions/promotion/live-model.ts';
import { BUNDLE } from '../../support/shop.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { variantBundle } from '../../support/variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-model-'));
let store: TestStore;
let settings: SettingStore;
let objects: ObjectStore;
let now = Date.parse('2026-03-02T00:00:00Z');
let ids = 0;
const asked = { by: 'somebody', why: '', forced: false, gate: [] };

beforeAll(async () => {
  store = await startStore();
  settings = createSettingStore(store.client, '');
  objects = createObjectStore(`file:${join(folder, 'objects')}`);
  for (const name of ['a', 'b', 'c']) await storeBundle(variantBundle(join(folder, name), name, 0), objects);
});
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await settings.put(LIVE.kind, LIVE.name, { version: 'a', change: null });
});

/** Another process: with nothing at hand, and a store of its own if it is given one. */
function process_(own: Partial<SettingStore> = {}): LiveModelDependencies {
  const mine = { ...settings, ...own };
  return {
    clock: () => (now += 1_000),
    newId: () => `id-${ids++}`,
    settings: mine,
    objects,
    bundles: createBundleStore({ BUNDLE: '' }, objects, mine),
  };
}
const live = async () => (await process_().bundles.live()).manifest.version;
const history = async () => (await liveHistory(process_())).changes.map(({ what, version }) => `${what} ${version}`);
const dies = () => Promise.reject(new Error('the process died'));

test.each([
  ['before it wrote anything', { put: dies }],
  ['between its two writes', { replace: dies }],
])('a promotion that ends %s leaves the old model live, and the next one goes through', async (_when, own) => {
  await expect(promote(process_(own), 'b', asked)).rejects.toThrow('the process died');
  expect([await live(), await history()]).toEqual(['a', []]);
  await promote(process_(), 'c', asked);
  expect([await live(), await history()]).toEqual(['c', ['promotion c']]);
});

test('a promotion whose answer is lost is live, known to the history, and refused when it is asked again', async () => {
  const lost = async (...args: Parameters<SettingStore['replace']>) => {
    await settings.replace(...args);
    return dies();
  };
  await expect(promote(process_({ replace: lost }), 'b', asked)).rejects.toThrow('the process died');
  expect([await live(), await history()]).toEqual(['b', ['promotion b']]);
  await expect(promote(process_(), 'b', asked)).rejects.toThrow('b is live already');
});

test('of changes at once one is carried out, the others are refused, and the history has the one', async () => {
  await promote(process_(), 'b', asked);
  const tried = await Promise.allSettled([
    promote(process_(), 'c', asked),
    promote(process_(), 'a', asked),
    rollBack(process_(), asked),
  ]);
  const through = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(through).toHaveLength(1);
  for (const one of tried) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(ChangeRefused);
  expect(await live()).toBe(through[0]!.version);
  expect(await history()).toEqual(['promotion b', `${through[0]!.what} ${through[0]!.version}`]);
});

test('a bundle whose folder is not called by its version is refused', async () => {
  for (const name of await objects.list('models/a/'))
    await objects.put(name.replace('/a/', '/x/'), (await objects.get(name))!);
  await expect(promote(process_(), 'x', asked)).rejects.toThrow(/x is refused: its manifest calls it a/);
  expect(await live()).toBe('a');
});

test('a folder that is live until something is promoted is found again by its version', async () => {
  await settings.remove(LIVE.kind, LIVE.name);
  const bundles = createBundleStore({ BUNDLE: `file:${BUNDLE}` }, objects, settings);
  const { version } = (await bundles.live()).manifest;
  expect((await bundles.of(version)).manifest.version).toBe(version);
  const fixed = createBundleStore({ BUNDLE: `file:${BUNDLE}`, BUNDLE_FIXED: true }, objects, settings);
  await promote({ ...process_(), bundles }, 'b', asked);
  expect((await fixed.live()).manifest.version).toBe(version);
  expect((await liveHistory(process_())).changes[0]).toMatchObject({ from: version, version: 'b' });
});
