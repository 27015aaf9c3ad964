/** The models of a data folder, or of a stage on AWS: the same function changes what is live, here or there. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BundleRefused, readWeights, storeBundle } from '../../adapters/bundles.ts';
import { createObjectStore } from '../../adapters/objects.ts';
import { loadStoredModel } from '../../adapters/onnx.ts';
import { createHandler, type PromotionInput, type PromotionReply } from '../../functions/promotion/handler.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { withStore } from '../../local/store-access.ts';
import { type Context, dataOption, Failure, text } from '../framework.ts';
import { ROOT } from '../project.ts';

export interface Models {
  ask(input: PromotionInput): Promise<PromotionReply>;
  /** Stores the bundle of a folder; a version is taken as it is. @returns its version */
  bring(bundle: string): Promise<string>;
}

export const modelOptions = {
  why: text('TEXT', 'why, as the history shows it', { default: '' }),
  stage: text('NAME', 'a stage of cdk.json, on AWS, by the credentials of the environment'),
  data: dataOption,
};

const THREADS = 2;
/** A function that judges takes minutes. */
const REPLY_MS = 16 * 60_000;

/** @throws Failure for a folder without a shop, a system whose bundle is fixed, a stage that is not there */
export function withModels<T>(
  context: Context,
  { stage, data }: { stage?: string | undefined; data: string },
  use: (models: Models) => Promise<T>,
): Promise<T> {
  if (stage !== undefined) return use(modelsOfStage(context, stage));
  const path = context.resolve(data);
  return withStore(path, { mustExist: true, model: false, progress: context.progress }, (deps) => {
    if (deps.environment.BUNDLE_FIXED)
      throw new Failure(
        `the system that runs on ${path} was started with --bundle, which stays live`,
        'start it without, then change what is live',
      );
    return use(modelsHere(context, deps));
  });
}

function modelsHere(context: Context, deps: Dependencies): Models {
  const { objects, environment } = deps;
  const handler = createHandler({
    ...deps,
    newId: randomUUID,
    load: async (bundle) => loadStoredModel(bundle, await readWeights(bundle, objects), THREADS),
    progress: context.progress,
  });
  return {
    async ask(input) {
      // What is live without having been promoted must be there when somebody wants to go back to it.
      if (input.do === 'promote') await storeBundle(environment.BUNDLE.slice('file:'.length), objects);
      return handler(input);
    },
    bring: (bundle) => bring(context, bundle, async () => environment.OBJECTS),
  };
}

function modelsOfStage(context: Context, stage: string): Models {
  const { stages } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
  const { region } = (stages as Record<string, { region: string }>)[stage] ?? {};
  if (!region) throw new Failure(`cdk.json has no stage ${stage}; it has ${Object.keys(stages).join(', ')}`);
  const lambda = new LambdaClient({ region, maxAttempts: 1, requestHandler: { requestTimeout: REPLY_MS } });
  const models: Models = {
    async ask(input) {
      context.progress(`asking stage ${stage} in ${region}`);
      const FunctionName = `buy-timing-${stage}-promotion`;
      const call = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(input)) });
      const { FunctionError, Payload = new Uint8Array() } = await lambda.send(call).catch((cause: Error) => {
        const remedy = 'check the credentials, and that the stage is deployed';
        throw new Failure(`${FunctionName} cannot be called: ${cause.message}`, remedy, { cause });
      });
      const reply = JSON.parse(Buffer.from(Payload).toString('utf8'));
      if (FunctionError) throw new Failure(`${FunctionName} failed: ${reply.errorMessage}`, 'its log says more');
      return reply;
    },
    bring(bundle) {
      process.env.AWS_REGION ||= region;
      return bring(context, bundle, async () => (await models.ask({ do: 'history' })).history!.objects);
    },
  };
  return models;
}

async function bring(context: Context, bundle: string, objects: () => Promise<string>): Promise<string> {
  const folder = context.resolve(bundle);
  if (!existsSync(join(folder, 'manifest.json'))) return bundle;
  try {
    return (await storeBundle(folder, createObjectStore(await objects()))).manifest.version;
  } catch (error) {
    throw error instanceof BundleRefused ? new Failure(error.message) : error;
  }
}
