/** What is live, on a real store and files, when a change is interrupted or two come at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createBundleStore, storeBundle } from '../../../adapters/bundles.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createObjectStore } from '../../../adapters/objects.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import { LIVE } from '../../../core/promotion/changes.ts';
import type { OutcomeCell } from '../../../core/quality/sums.ts';
import { zoneOf } from '../../../core/time.ts';
import {
  ChangeRefused,
  type LiveModelDependencies,
  liveHistory,
  promote,
  rollBack,
} from '../../../functions/promotion/live-model.ts';
import { watch } from '../../../functions/promotion/watch.ts';
import { putOutcome } from '../../../functions/runs/outcomes.ts';
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

test('changes at once are carried out one after the other or refused, and the history has each that was', async () => {
  await promote(process_(), 'b', asked);
  const tried = await Promise.allSettled([
    promote(process_(), 'c', asked),
    promote(process_(), 'a', asked),
    rollBack(process_(), asked),
  ]);
  const through = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  // How many depends on the store: one may begin when another has ended.
  expect(through.length).toBeGreaterThan(0);
  for (const one of tried) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(ChangeRefused);
  const said = through.map(({ what, version }) => `${what} ${version}`).sort();
  expect((await history()).slice(1).sort()).toEqual(said);
  const { changes } = await liveHistory(process_());
  expect(changes.at(-1)!.version).toBe(await live());
  for (const [i, { from }] of changes.slice(1).entries()) expect(from).toBe(changes[i]!.version);
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

describe('the watch', () => {
  const DAY_MS = 86_400_000;
  const watched = () => watch({ ...process_(), zone: zoneOf('UTC') });
  /** Two hundred buyers expected by a run of the version that is live, and half of them came. */
  const miss = async () => {
    const day = zoneOf('UTC').dayOf(now);
    now += 8 * DAY_MS;
    const cells: OutcomeCell[] = [[0, 0, 1_000, 100, 200, 40]];
    const modelVersion = await live();
    await putOutcome(settings, { day, horizon: 7, modelVersion, correction: 0, cells, logLoss: 0, brier: 0 });
  };

  test('goes back to the model of before, says why, and does so once', async () => {
    await promote(process_(), 'b', asked);
    expect(await watched()).toBeNull();
    await miss();
    expect(await watched()).toMatchObject({ what: 'rollback', version: 'a', from: 'b', by: 'watch' });
    expect([await live(), (await history()).at(-1)]).toEqual(['a', 'rollback a']);
    expect((await liveHistory(process_())).changes.at(-1)!.why).toMatch(/200 buyers were expected .*, 100 came/);
    expect(await watched()).toBeNull();
  });

  test('leaves one that was forced, and one that did well for a month', async () => {
    await promote(process_(), 'c', { ...asked, forced: true });
    await miss();
    expect([await watched(), await live()]).toEqual([null, 'c']);
    await promote(process_(), 'b', asked);
    now += 31 * DAY_MS;
    await miss();
    expect([await watched(), await live()]).toEqual([null, 'b']);
  });
});
