import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BundleRefused, createBundleStore, MODEL_FILE, readBundleFolder } from '../../../adapters/bundles.ts';
import { createObjectStore } from '../../../adapters/objects.ts';
import type { Manifest } from '../../../core/model/contract.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import { BUNDLE } from '../../support/shop.ts';

let folder: string;
let copies = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buy-timing-bundles-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function copy(change: (manifest: Manifest) => object = (manifest) => manifest): Promise<string> {
  const target = join(folder, `bundle-${copies++}`);
  await cp(BUNDLE, target, { recursive: true });
  const file = join(target, 'manifest.json');
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
  return target;
}

const noSettings: SettingStore = {
  get: async () => undefined,
  list: async () => [],
  put: async () => {},
  replace: async () => true,
  remove: async () => {},
};

describe('a model bundle', () => {
  test('that is whole is read', async () => {
    const { manifest, vocabulary } = await readBundleFolder(await copy());
    expect(vocabulary).toHaveLength(manifest.vocabularySize);
    expect(manifest.bins).toHaveLength(36);
  });

  const spoiled: [string, (manifest: Manifest) => object, RegExp][] = [
    ['other horizons', (manifest) => ({ ...manifest, horizons: [1, 7] }), /horizons are 1,7/],
    ['wide first bins', (manifest) => ({ ...manifest, bins: [0, 7, 31, 60, 90] }), /time bins/],
    ['bins that end early', (manifest) => ({ ...manifest, bins: manifest.bins.slice(0, 33) }), /time bins/],
    ['other shop statistics', (manifest) => ({ ...manifest, shopStatistics: ['age'] }), /shop statistics/],
    ['longer sequences', (manifest) => ({ ...manifest, maxLength: 512 }), /longest sequence is 512/],
    ['another vocabulary size', (manifest) => ({ ...manifest, vocabularySize: 5 }), /vocabulary has/],
    ['no hash of the model', (manifest) => ({ ...manifest, files: {} }), /no hash of/],
    ['a field missing', ({ version: _, ...manifest }) => manifest, /version/],
  ];
  test.each(spoiled)('with %s is refused by name', async (_, spoil, message) => {
    const target = await copy(spoil);
    const refusal = await readBundleFolder(target).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BundleRefused);
    expect((refusal as Error).message).toMatch(message);
    expect((refusal as Error).message).toContain(target);
  });

  test.each([['vocabulary.json'], [MODEL_FILE]])('whose %s was changed is refused', async (file) => {
    const target = await copy();
    await writeFile(join(target, file), `${await readFile(join(target, file), 'latin1')} `);
    await expect(readBundleFolder(target)).rejects.toThrow(/sha256 differs/);
  });

  test.each([['manifest.json'], ['vocabulary.json'], [MODEL_FILE]])('without %s is refused', async (file) => {
    const target = await copy();
    await rm(join(target, file));
    await expect(readBundleFolder(target)).rejects.toThrow(new RegExp(`has no ${file}`));
  });

  test('is live from the folder that BUNDLE names', async () => {
    const objects = createObjectStore(`file:${folder}`);
    const store = createBundleStore({ BUNDLE: `file:${BUNDLE}` }, objects, noSettings);
    const { manifest } = await readBundleFolder(BUNDLE);
    expect((await store.live()).manifest.version).toBe(manifest.version);
    expect(await store.live()).toBe(await store.live());
  });

  test('is live from the object store, where the settings say which', async () => {
    await cp(BUNDLE, join(folder, 'models', 'v1'), { recursive: true });
    const objects = createObjectStore(`file:${folder}`);
    const settings = { ...noSettings, get: async <T>() => ({ version: 'v1' }) as T };
    const { vocabulary } = await createBundleStore({ BUNDLE: '' }, objects, settings).live();
    expect(vocabulary[1]).toBe('view');
  });
});
