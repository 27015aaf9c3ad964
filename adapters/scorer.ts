/** Asks the model: over SageMaker Runtime, in the scorer's Lambda, or in this process. */
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { type ModelInput, type ModelOutput, type Scorer, ScorerUnavailable } from '../core/model/contract.ts';
import { encodeRequest, parseReply } from '../core/model/wire.ts';
import type { SettingStore } from '../core/ports/settings.ts';
import { SERVED } from '../core/promotion/served.ts';
import { ATTEMPTS, CONNECT_MS, isUnavailable, REPLY_MS } from './scorer-calls.ts';

const IN_PROCESS_THREADS = 2;
/** How long it is trusted which version an endpoint has: its update takes minutes. */
const FRESH_MS = 5_000;

interface ScorerEnvironment {
  SCORER: 'endpoint' | 'lambda' | 'either' | 'in-process';
  ENDPOINT_NAME: string;
  SCORER_FUNCTION?: string;
  BUNDLE: string;
}

/**
 * @param settings which version the endpoint has, for `SCORER=either`
 * @throws Error for a scorer that this environment cannot have
 */
export function createScorer(environment: ScorerEnvironment, settings?: Pick<SettingStore, 'get'>): Scorer {
  const { SCORER, ENDPOINT_NAME, SCORER_FUNCTION = '', BUNDLE } = environment;
  if (SCORER === 'endpoint') return createEndpointScorer(ENDPOINT_NAME);
  const createLambda = () =>
    lazily(async () => (await import('./scorer-lambda.ts')).createLambdaScorer(SCORER_FUNCTION));
  if (SCORER === 'lambda') return createLambda();
  if (SCORER === 'either' && settings)
    return createEither(createEndpointScorer(ENDPOINT_NAME), createLambda(), settings);
  if (BUNDLE.startsWith('file:'))
    return lazily(async () => (await import('./onnx.ts')).loadModel(BUNDLE.slice('file:'.length), IN_PROCESS_THREADS));
  throw new Error('SCORER=in-process needs BUNDLE=file:FOLDER');
}

/** @throws ScorerUnavailable (from `score`) when the endpoint does not answer after four attempts */
function createEndpointScorer(endpoint: string): Scorer {
  const client = new SageMakerRuntimeClient({
    // The SDK waits between attempts with jitter; it retries throttling, 5xx and connections.
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REPLY_MS },
  });
  const invoke = async (input: ModelInput, version: string | undefined): Promise<ModelOutput> => {
    const { contentType, body } = encodeRequest(input, 'binary');
    const reply = await client.send(
      // Triton has one model and does not read the version; the local endpoint has several.
      new InvokeEndpointCommand({
        EndpointName: endpoint,
        ContentType: contentType,
        Body: body,
        CustomAttributes: version,
      }),
    );
    return parseReply({ contentType: reply.ContentType ?? '', body: reply.Body }, input.batch);
  };
  return {
    async score(input, version) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await invoke(input, version);
        } catch (error) {
          // The container's own 5xx come wrapped in a 424, which the SDK takes for final.
          const ofContainer = error instanceof ModelError && (error.OriginalStatusCode ?? 0) >= 500;
          if (ofContainer && attempt < ATTEMPTS) continue;
          if (ofContainer || isUnavailable(error)) throw new ScorerUnavailable(error);
          throw error;
        }
      }
    },
  };
}

/** The endpoint for calls of the version that it has, as the settings say; the other one for all others. */
function createEither(endpoint: Scorer, other: Scorer, settings: Pick<SettingStore, 'get'>): Scorer {
  let known: { served: Promise<string | undefined>; at: number } | undefined;
  return {
    async score(input, version) {
      const now = performance.now();
      if (!known || now - known.at >= FRESH_MS)
        known = { served: settings.get<string>(SERVED.kind, SERVED.name), at: now };
      const served = await known.served.catch((error) => {
        known = undefined;
        throw error;
      });
      return served !== undefined && served === version ? endpoint.score(input, version) : other.score(input, version);
    },
  };
}

/** Loads what it takes with the first call. */
function lazily(make: () => Promise<Scorer>): Scorer {
  let made: Promise<Scorer> | undefined;
  return {
    async score(input, version) {
      made ??= make();
      return (await made).score(input, version);
    },
  };
}
