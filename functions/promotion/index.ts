import { randomUUID } from 'node:crypto';
import { readWeights } from '../../adapters/bundles.ts';
import { loadStoredModel } from '../../adapters/onnx.ts';
import { wire } from '../wiring.ts';
import { createHandler, type PromotionInput, type PromotionReply } from './handler.ts';

const THREADS = 2;

export async function handler(input: PromotionInput): Promise<PromotionReply> {
  const deps = await wire();
  return createHandler({
    ...deps,
    newId: randomUUID,
    load: async (bundle) => loadStoredModel(bundle, await readWeights(bundle, deps.objects), THREADS),
    progress: () => {},
  })(input);
}
