/** Model bundles: read, verified, and refused by name when they do not fit this product. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import * as z from 'zod/mini';
import { type Bundle, HORIZONS, MAX_LENGTH } from '../core/model/contract.ts';
import type { BundleStore, ObjectStore, SettingStore } from '../core/ports.ts';
import { SHOP_STATISTICS } from '../core/shop-statistics.ts';
import { createVocabulary } from '../core/vocabulary.ts';

export const MODEL_FILE = 'repository/buy_timing/1/model.onnx';
const VOCABULARY_FILE = 'vocabulary.json';
/** How long what is live is trusted before it is looked up again. */
const FRESH_MS = 5_000;

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

/** A bundle in a folder, the weights verified too. @throws BundleRefused */
export async function readBundleFolder(folder: string): Promise<Bundle> {
  const read = fileReader(folder);
  const bundle = await readBundle(folder, read);
  for (const [file, hash] of Object.entries(bundle.manifest.files)) {
    if (normalize(file) !== file || file.startsWith('..') || file.startsWith('/'))
      throw new BundleRefused(folder, `its manifest names a file outside of it: ${file}`);
    verifyHash(folder, file, await readOrRefuse(folder, read, file), hash);
  }
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

function storedFile(version: string, file: string): string {
  return `models/${version}/${file}`;
}

/**
 * The live bundle: the folder that `BUNDLE` names, else `models/<live version>/` of the object store. Until a version is
 * promoted, the one that `BUNDLE` names is live: what a deployment brought along.
 */
export function createBundleStore(
  environment: { BUNDLE: string },
  objects: ObjectStore,
  settings: SettingStore,
): BundleStore {
  const fixed = environment.BUNDLE.startsWith('file:') ? environment.BUNDLE.slice('file:'.length) : undefined;
  let known: { version: string; bundle: Promise<Bundle> } | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const liveVersion = async (): Promise<string> => {
    if (fixed !== undefined) return manifestTime(fixed);
    const live = await settings.get<{ version: string }>('model', 'live');
    const version = live?.version ?? environment.BUNDLE;
    if (!version) throw new Error('no model is live: promote a bundle first');
    return version;
  };
  const load = (version: string): Promise<Bundle> =>
    fixed === undefined
      ? readBundle(version, (file) => objects.get(storedFile(version, file)))
      : readBundle(fixed, fileReader(fixed));
  return {
    async live() {
      const now = performance.now();
      if (known && now - checkedAt < FRESH_MS) return known.bundle;
      const version = await liveVersion();
      checkedAt = now;
      if (known?.version !== version) {
        const bundle = load(version);
        // A failure is not kept: the next call tries again.
        bundle.catch(() => {
          if (known?.bundle === bundle) known = undefined;
        });
        known = { version, bundle };
      }
      return known.bundle;
    },
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
