/** The model in this process, by ONNX Runtime. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInput } from '../core/model/check-input.ts';
import { type Bundle, type ModelInput, type ModelOutput, type Scorer, SILENCE_ROWS } from '../core/model/contract.ts';
import type { Tensor, TensorData } from '../core/model/kserve.ts';
import { checkOutput, INPUTS, inputTensors, OUTPUTS, type OutputName } from '../core/model/wire.ts';
import { BundleRefused, MODEL_FILE, readBundleFolder } from './bundles.ts';
import { openSession, type Session } from './onnx-session.ts';

/**
 * Bytes from which on a model is kept once, its operators shared between threads. Those of a smaller one are over too soon
 * for that: each thread has a session of its own and takes its share of a call's rows.
 */
const LARGE = 64 * 1024 * 1024;
/** Rows that a session takes at once: what the model makes of them on the way stays in a core's cache. */
const ROWS = 16;

/** Ends the threads of a model that is no longer held. */
const unused = new FinalizationRegistry(closeAll);

function closeAll(sessions: Session[]): void {
  for (const { close } of sessions) close();
}

/**
 * Loads a bundle, its weights verified.
 * @param threads that score
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
  const bytes = typeof weights === 'string' ? (await stat(weights)).size : weights.byteLength;
  const count = bytes < LARGE ? threads : 1;
  const opening = Array.from({ length: count }, () => openSession(weights, threads / count));
  const sessions = await Promise.all(opening).catch((error) => {
    throw new BundleRefused(name, `ONNX Runtime cannot load its model: ${error.message}`, { cause: error });
  });
  const { inputNames, outputNames } = sessions[0]!;
  const missing = [
    ...INPUTS.filter((name) => !inputNames.includes(name)),
    ...OUTPUTS.filter((name) => !outputNames.includes(name)),
  ];
  if (missing.length > 0) {
    closeAll(sessions);
    throw new BundleRefused(name, `its model has no tensor ${missing.join(', ')}`);
  }
  const { bins, shopStatistics, vocabularySize } = bundle.manifest;
  let turn = 0;
  const model = {
    bundle,
    async score(input: ModelInput): Promise<ModelOutput> {
      checkInput(input, { shopSize: shopStatistics.length, vocabularySize });
      const parts = shared(inputTensors(input), input.batch, count);
      const answers = await Promise.all(parts.map((part) => sessions[turn++ % count]!.run(part)));
      const whole = (output: OutputName) => joined(answers.map((answer) => answer[output].data));
      const { shape } = answers[0]!.hazard;
      if (shape[1] !== SILENCE_ROWS || shape[2] !== bins.length - 1)
        throw new BundleRefused(name, `its hazards have shape [${shape}], which its time bins do not fit`);
      return checkOutput({
        batch: input.batch,
        bins: bins.length - 1,
        hazard: whole('hazard') as Float32Array,
        pBuy: whole('p_buy') as Float32Array,
        nextWord: whole('next_word') as BigInt64Array,
        nextWordP: whole('next_word_p') as Float32Array,
        nextLocalP: whole('next_local_p') as Float32Array,
      });
    },
  };
  unused.register(model, sessions);
  return model;
}

/** The rows of a call in parts for so many sessions. */
function shared(tensors: Tensor[], rows: number, sessions: number): Tensor[][] {
  const each = Math.min(ROWS, Math.ceil(rows / sessions));
  return Array.from({ length: Math.ceil(rows / each) }, (_, part) =>
    tensors.map(({ name, shape, data }) => {
      const width = data.length / rows;
      const some = data.slice(part * each * width, (part + 1) * each * width);
      return { name, shape: [some.length / width, ...shape.slice(1)], data: some };
    }),
  );
}

function joined(parts: TensorData[]): TensorData {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = parts[0] instanceof Float32Array ? new Float32Array(length) : new BigInt64Array(length);
  let start = 0;
  for (const part of parts) {
    all.set(part as never, start);
    start += part.length;
  }
  return all;
}
