import { createBundleStore, readWeights } from '../../adapters/bundles.ts';
import { createDynamoClient } from '../../adapters/dynamo/client.ts';
import { createSettingStore } from '../../adapters/dynamo/settings.ts';
import { createObjectStore } from '../../adapters/objects.ts';
import { loadStoredModel } from '../../adapters/onnx.ts';
import { parseEnvironment } from '../environment.ts';
import { createHandler } from './handler.ts';

const THREADS = 2;

let wired: ReturnType<typeof createHandler> | undefined;

/** Wired by itself: of all that the others need it needs the bundles alone, and no secret. */
export function handler(event: unknown): ReturnType<ReturnType<typeof createHandler>> {
  wired ??= wire();
  return wired(event);
}

function wire(): ReturnType<typeof createHandler> {
  const environment = parseEnvironment(process.env);
  const objects = createObjectStore(environment.OBJECTS);
  const settings = createSettingStore(createDynamoClient(), environment.TABLE_PREFIX);
  return createHandler({
    bundles: createBundleStore(environment, objects, settings),
    load: async (bundle) => loadStoredModel(bundle, await readWeights(bundle, objects), THREADS),
  });
}
