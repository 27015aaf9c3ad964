/** Model bundles: read, verified, and refused by name when they do not fit this product. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import * as z from 'zod/mini';
import { type Bundle, HORIZONS, MAX_LENGTH } from '../core/model/contract.ts';
import type { BundleStore, ObjectStore } from '../core/ports/objects.ts';
import type { SettingStore } from '../core/ports/settings.ts';
import { LIVE, type LiveModel } from '../core/promotion/changes.ts';
import { SHOP_STATISTICS } from '../core/shop-statistics.ts';
import { createVocabulary } from '../core/vocabulary.ts';

export const MODEL_FILE = 'repository/buy_timing/1/model.onnx';
const VOCABULARY_FILE = 'vocabulary.json';
/** It becomes part of names on AWS. */
const VERSION = /^[a-z0-9][a-z0-9-]{0,29}$/;
/** How long what is live is trusted before it is looked up again. */
const FRESH_MS = 5_000;
/** Bundles kept at hand: during a promotion, two. */
const KEPT = 3;

/** The bundle cannot be used; the message names it and says why. */
export class BundleRefused extends Error {
  constructor(bundle: string, reason: string, options?: ErrorOptions) {
    super(`model bundle ${bundle} is refused: ${reason}`, options);
    this.name = 'BundleRefused';
  }
}

/** A file of a bundle by its path in the bundle. */
type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

const whole = z.number().check(z.int(), z.nonnegative());
const manifestSchema = z.object({
  version: z.string().check(z.minLength(1), z.maxLength(100)),
  size: z.string(),
  members: whole,
  parameters: whole,
  horizons: z.array(whole),
  bins: z.array(whole),
  shopStatistics: z.array(z.string()),
  maxLength: whole,
  vocabularySize: whole,
  trainedOn: z.object({
    firstDay: z.string(),
    lastDay: z.string(),
    users: whole,
    actions: z.optional(whole),
    hash: z.string(),
    simulated: z.optional(z.boolean()),
  }),
  private: z.nullable(z.object({ epsilon: z.number(), delta: z.number() })),
  backtest: z.record(z.string(), z.unknown()),
  calibration: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});

/**
 * All but the weights. @throws BundleRefused
 * @param name what the bundle is called in errors until its version is known
 */
export async function readBundle(name: string, read: ReadFile): Promise<Bundle> {
  const manifest = parse(name, 'manifest.json', manifestSchema, await readOrRefuse(name, read, 'manifest.json'));
  const called = `${name} (${manifest.version})`;
  const refuse = (reason: string) => new BundleRefused(called, reason);
  for (const file of [MODEL_FILE, VOCABULARY_FILE])
    if (!(file in manifest.files)) throw refuse(`its manifest has no hash of ${file}`);
  if (String(manifest.horizons) !== String(HORIZONS))
    throw refuse(`its horizons are ${manifest.horizons}, not ${HORIZONS}`);
  const { bins } = manifest;
  if (bins.length < 33 || bins.some((edge, i) => (i <= 31 ? edge !== i : edge <= bins[i - 1]!)) || bins.at(-1)! < 90)
    throw refuse('its time bins are not daily to day 31 and rising to day 90 or later');
  if (String(manifest.shopStatistics) !== String(SHOP_STATISTICS))
    throw refuse('its shop statistics are not those of this version');
  if (manifest.maxLength !== MAX_LENGTH)
    throw refuse(`its longest sequence is ${manifest.maxLength}, not ${MAX_LENGTH}`);
  const bytes = await readOrRefuse(called, read, VOCABULARY_FILE);
  verifyHash(called, VOCABULARY_FILE, bytes, manifest.files[VOCABULARY_FILE]!);
  const vocabulary = parse(called, VOCABULARY_FILE, z.array(z.string()), bytes);
  if (vocabulary.length !== manifest.vocabularySize)
    throw refuse(`its vocabulary has ${vocabulary.length} words, its manifest says ${manifest.vocabularySize}`);
  try {
    createVocabulary(vocabulary);
  } catch (error) {
    throw new BundleRefused(called, (error as Error).message, { cause: error });
  }
  return { manifest, vocabulary };
}

/** All of a bundle, the weights verified too. @throws BundleRefused */
export async function readWholeBundle(name: string, read: ReadFile): Promise<Bundle> {
  const bundle = await readBundle(name, read);
  for (const [file, hash] of Object.entries(bundle.manifest.files)) {
    if (normalize(file) !== file || file.startsWith('..') || file.startsWith('/'))
      throw new BundleRefused(name, `its manifest names a file outside of it: ${file}`);
    verifyHash(name, file, await readOrRefuse(name, read, file), hash);
  }
  return bundle;
}

/** The same of a folder. @throws BundleRefused */
export function readBundleFolder(folder: string): Promise<Bundle> {
  return readWholeBundle(folder, fileReader(folder));
}

/** The same of one that is stored. @throws BundleRefused */
export async function readStoredBundle(version: string, objects: Pick<ObjectStore, 'get'>): Promise<Bundle> {
  const bundle = await readWholeBundle(version, (file) => objects.get(storedFile(version, file)));
  const own = bundle.manifest.version;
  if (own !== version) throw new BundleRefused(version, `its manifest calls it ${own}`);
  return bundle;
}

/** The weights of a stored bundle, verified. @throws BundleRefused */
export async function readWeights(
  { manifest: { version, files } }: Bundle,
  objects: Pick<ObjectStore, 'get'>,
): Promise<Uint8Array> {
  const bytes = await readOrRefuse(version, (file) => objects.get(storedFile(version, file)), MODEL_FILE);
  verifyHash(version, MODEL_FILE, bytes, files[MODEL_FILE]!);
  return bytes;
}

/** Copies a bundle in a folder to where every function finds it by its version. @throws BundleRefused */
export async function storeBundle(folder: string, objects: ObjectStore): Promise<Bundle> {
  return store(folder, fileReader(folder), objects);
}

/**
 * The same of what a training job left in the object store.
 * @param place URI of a folder of that store, with the bundle in `bundle/`
 * @returns its version
 * @throws BundleRefused
 */
export async function takeBundle(place: string, objects: ObjectStore): Promise<string> {
  const folder = place.replace(/^s3:\/\/[^/]+\//, '').replace(/\/$/, '');
  const { manifest } = await store(folder, (file) => objects.get(`${folder}/bundle/${file}`), objects);
  return manifest.version;
}

/**
 * The manifest comes last: without it, what a copy that was interrupted left is no bundle.
 * @throws BundleRefused, also where another bundle of that version is stored
 */
async function store(name: string, read: ReadFile, objects: ObjectStore): Promise<Bundle> {
  const bundle = await readWholeBundle(name, read);
  const { version, files } = bundle.manifest;
  if (!VERSION.test(version))
    throw new BundleRefused(
      name,
      `its version ${version} is no name of a model: a to z, digits and hyphens, 30 at most`,
    );
  const stored = await objects.get(storedFile(version, 'manifest.json'));
  if (stored) {
    const before = parse(version, 'manifest.json', manifestSchema, stored);
    const same = Object.entries(files).every(([file, hash]) => before.files[file] === hash);
    if (!same) throw new BundleRefused(name, `another bundle is stored as ${version}`);
  }
  for (const file of [...Object.keys(files), 'manifest.json'])
    await objects.put(storedFile(version, file), await readOrRefuse(name, read, file));
  return bundle;
}

/** Versions of the bundles that are stored whole. */
export async function storedVersions(objects: Pick<ObjectStore, 'list'>): Promise<string[]> {
  const names = await objects.list('models/');
  return names.flatMap((name) => /^models\/([^/]+)\/manifest\.json$/.exec(name)?.[1] ?? []);
}

/** The name of a file of a stored bundle. */
export function storedFile(version: string, file: string): string {
  return `models/${version}/${file}`;
}

interface BundleEnvironment {
  BUNDLE: string;
  BUNDLE_FIXED?: boolean;
}

/**
 * The bundles of the object store, `models/<version>/`, and that of the folder that `BUNDLE` names, which is live until
 * one is promoted, or for good if it is fixed.
 */
export function createBundleStore(
  environment: BundleEnvironment,
  objects: ObjectStore,
  settings: Pick<SettingStore, 'get'>,
): BundleStore {
  const folder = environment.BUNDLE.startsWith('file:') ? environment.BUNDLE.slice('file:'.length) : undefined;
  const known = new Map<string, Promise<Bundle>>();
  let live: Promise<Bundle> | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;

  /** A failure is not kept: the next call tries again. */
  const keep = (name: string, load: () => Promise<Bundle>): Promise<Bundle> => {
    const found = known.get(name);
    if (found) return found;
    if (known.size >= KEPT) known.delete(known.keys().next().value!);
    const bundle = load();
    known.set(name, bundle);
    bundle.catch(() => {
      if (known.get(name) === bundle) known.delete(name);
    });
    return bundle;
  };
  const ofFolder = async (): Promise<Bundle | undefined> =>
    folder === undefined ? undefined : keep(await manifestTime(folder), () => readBundle(folder, fileReader(folder)));
  const stored = (version: string) =>
    keep(version, async () => {
      const own = await ofFolder();
      return own?.manifest.version === version
        ? own
        : readBundle(version, (file) => objects.get(storedFile(version, file)));
    });
  const findLive = async (): Promise<Bundle> => {
    const promoted = environment.BUNDLE_FIXED ? undefined : await settings.get<LiveModel>(LIVE.kind, LIVE.name);
    const bundle = promoted ? await stored(promoted.version) : await ofFolder();
    if (!bundle) throw new Error('no model is live: promote a bundle first');
    return bundle;
  };
  return {
    live() {
      const now = performance.now();
      if (live && now - checkedAt < FRESH_MS) return live;
      checkedAt = now;
      const found = findLive();
      live = found;
      found.catch(() => {
        if (live === found) live = undefined;
      });
      return found;
    },
    of: stored,
  };
}

async function manifestTime(folder: string): Promise<string> {
  try {
    return String((await stat(join(folder, 'manifest.json'))).mtimeMs);
  } catch (error) {
    throw new BundleRefused(folder, 'it has no manifest.json', { cause: error });
  }
}

function fileReader(folder: string): ReadFile {
  return async (file) => {
    try {
      return await readFile(join(folder, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
}

async function readOrRefuse(name: string, read: ReadFile, file: string): Promise<Uint8Array> {
  const bytes = await read(file);
  if (!bytes) throw new BundleRefused(name, `it has no ${file}`);
  return bytes;
}

function verifyHash(name: string, file: string, bytes: Uint8Array, expected: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== expected)
    throw new BundleRefused(name, `${file} is not the file its manifest describes (sha256 differs)`);
}

function parse<T>(name: string, file: string, schema: z.ZodMiniType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const issue = (error as Partial<z.core.$ZodError>).issues?.[0];
    const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'it is not JSON';
    throw new BundleRefused(name, `${file} cannot be read: ${where}`, { cause: error });
  }
}
