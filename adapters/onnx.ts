/** The model in this process, by ONNX Runtime. Loaded on use only: the runtime is large and not in every deployment. */
import { join } from 'node:path';
import { checkInput } from '../core/model/check-input.ts';
import { type Bundle, type ModelInput, type ModelOutput, type Scorer, SILENCE_ROWS } from '../core/model/contract.ts';
import { checkOutput, INPUTS, inputTensors, OUTPUTS } from '../core/model/wire.ts';
import { BundleRefused, MODEL_FILE, readBundleFolder } from './bundles.ts';

/**
 * Loads a bundle, its weights verified. Calls block the thread for the time the model takes.
 * @param threads threads within one operator
 * @throws BundleRefused
 */
export async function loadModel(folder: string, threads: number): Promise<Scorer & { bundle: Bundle }> {
  const bundle = await readBundleFolder(folder);
  return createModel(folder, bundle, join(folder, MODEL_FILE), threads);
}

/**
 * The same of a bundle that is stored elsewhere.
 * @param weights verified
 * @throws BundleRefused
 */
export function loadStoredModel(bundle: Bundle, weights: Uint8Array, threads: number): Promise<Scorer> {
  return createModel(bundle.manifest.version, bundle, weights, threads);
}

/** @param name what the bundle is called in errors */
async function createModel(
  name: string,
  bundle: Bundle,
  weights: string | Uint8Array,
  threads: number,
): Promise<Scorer & { bundle: Bundle }> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const opened =
    typeof weights === 'string' ? InferenceSession.create(weights, options) : InferenceSession.create(weights, options);
  const session = await opened.catch((error) => {
    throw new BundleRefused(name, `ONNX Runtime cannot load its model: ${error.message}`, { cause: error });
  });
  const missing = [
    ...INPUTS.filter((name) => !session.inputNames.includes(name)),
    ...OUTPUTS.filter((name) => !session.outputNames.includes(name)),
  ];
  if (missing.length > 0) throw new BundleRefused(name, `its model has no tensor ${missing.join(', ')}`);
  const { bins, shopStatistics, vocabularySize } = bundle.manifest;
  return {
    bundle,
    async score(input: ModelInput): Promise<ModelOutput> {
      checkInput(input, { shopSize: shopStatistics.length, vocabularySize });
      const feeds = inputTensors(input).map(({ name, shape, data }) => [
        name,
        data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
      ]);
      const { hazard, p_buy, next_word, next_word_p, next_local_p } = await session.run(Object.fromEntries(feeds));
      if (hazard!.dims.join() !== [input.batch, SILENCE_ROWS, bins.length - 1].join())
        throw new BundleRefused(name, `its hazards have shape [${hazard!.dims}], which its time bins do not fit`);
      return checkOutput({
        batch: input.batch,
        bins: bins.length - 1,
        hazard: hazard!.data as Float32Array,
        pBuy: p_buy!.data as Float32Array,
        nextWord: next_word!.data as BigInt64Array,
        nextWordP: next_word_p!.data as Float32Array,
        nextLocalP: next_local_p!.data as Float32Array,
      });
    },
  };
}
