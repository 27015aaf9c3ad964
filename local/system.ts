/** The parts of a local system that hold data or answer for the model, and the environment that points to them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DataFolder, damaged } from './data-folder.ts';
import { Failure } from './failure.ts';
import type { Lock } from './lock.ts';
import { type Part, PartFailed, startPart } from './part.ts';

/** The bundle that comes with the project. */
export const SHIPPED_BUNDLE = fileURLToPath(new URL('../model/bundles/tiny', import.meta.url));

export interface Parts {
  storePort: number;
  endpointPort?: number;
  bundle: string;
  /** The bundle was asked for, and stays whatever is promoted. */
  bundleFixed: boolean;
  /** Rejects when a part ends unasked. */
  failed: Promise<never>;
  /** Closes the parts; the store last. */
  close(): Promise<void>;
}

/**
 * Opens the store and starts the model endpoint of a folder whose lock is held.
 * @param options.model false: without the endpoint, for commands that ask no model
 * @throws Failure for a damaged or locked database, or a bundle that cannot be used
 */
export async function openParts(
  folder: DataFolder,
  lock: Lock,
  options: { bundle?: string; model?: boolean } = {},
): Promise<Parts> {
  const bundle = options.bundle ?? SHIPPED_BUNDLE;
  const started = await Promise.allSettled([
    openStore(folder, lock),
    options.model === false ? undefined : openEndpoint(bundle, join(folder.objects, 'models')),
  ]);
  const parts = started.flatMap((part) => (part.status === 'fulfilled' && part.value ? [part.value] : []));
  const closeAll = async () => {
    for (const part of parts.toReversed()) await part.close();
  };
  const refused = started.find((part) => part.status === 'rejected');
  if (refused) {
    await closeAll();
    throw refused.reason;
  }
  const [store, endpoint] = parts;
  const found = {
    storePort: store!.port,
    endpointPort: endpoint?.port,
    bundle,
    bundleFixed: options.bundle !== undefined,
  };
  lock.note(found);
  return { ...found, failed: Promise.race(parts.map((part) => part.failed)), close: closeAll };
}

async function openStore(folder: DataFolder, lock: Lock): Promise<Part> {
  try {
    return await startPart('store', './store-worker.ts', { path: folder.store, token: lock.token });
  } catch (error) {
    if (!(error instanceof PartFailed)) throw error;
    if (error.reason === 'LEVEL_LOCKED') {
      throw new Failure(`the data folder ${folder.path} is used by another process`, 'stop that one first');
    }
    throw damaged(folder.path, `its store cannot be opened (${error.reason})`);
  }
}

async function openEndpoint(bundle: string, models: string): Promise<Part> {
  if (!existsSync(join(bundle, 'manifest.json'))) {
    throw new Failure(`there is no model bundle at ${bundle}`, 'name its folder with --bundle');
  }
  try {
    return await startPart('model endpoint', './model-worker.ts', { bundle, models });
  } catch (error) {
    if (!(error instanceof PartFailed)) throw error;
    throw new Failure(`the model bundle ${bundle} cannot be used (${error.reason})`, 'choose another with --bundle');
  }
}

/** What functions/environment.ts and the AWS SDK read, for the parts of a local system. */
export function environmentOf(
  folder: DataFolder,
  parts: { storePort: number; endpointPort?: number; bundle: string; bundleFixed: boolean },
): Record<string, string> {
  const keys = folder.keys;
  return {
    SHOP_TIME_ZONE: folder.timeZone,
    TABLE_PREFIX: '',
    SCORER: 'endpoint',
    ENDPOINT_NAME: 'buy-timing',
    PEPPER_SECRET_ID: `file:${folder.secretsFile}`,
    OBJECTS: `file:${folder.objects}`,
    BUNDLE: `file:${parts.bundle}`,
    BUNDLE_FIXED: String(parts.bundleFixed),
    SUPPRESSION_SECONDS: '1',
    EVENT_BUS: `file:${join(folder.path, 'events.ndjson')}`,
    WEBHOOK_ALLOW_LOCAL: 'true',
    BUY_TIMING_WRITE_KEY: process.env.BUY_TIMING_WRITE_KEY || keys.write,
    BUY_TIMING_READ_KEY: process.env.BUY_TIMING_READ_KEY || keys.read,
    BUY_TIMING_ADMIN_KEY: process.env.BUY_TIMING_ADMIN_KEY || keys.admin,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${parts.storePort}`,
    // Without an endpoint nothing may reach AWS by accident: port 9 (discard) refuses.
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${parts.endpointPort ?? 9}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** Points this process to a local system. The user's own AWS settings are left out, so that nothing reaches AWS. */
export function applyEnvironment(environment: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, environment);
}
