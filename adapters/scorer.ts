/** Asks the model: over SageMaker Runtime, in the scorer's Lambda, or in this process. */
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { type ModelInput, type ModelOutput, type Scorer, ScorerUnavailable } from '../core/model/contract.ts';
import { encodeRequest, parseReply } from '../core/model/wire.ts';
import { ATTEMPTS, CONNECT_MS, isUnavailable, REPLY_MS } from './scorer-calls.ts';

const IN_PROCESS_THREADS = 2;

interface ScorerEnvironment {
  SCORER: 'endpoint' | 'lambda' | 'in-process';
  ENDPOINT_NAME: string;
  SCORER_FUNCTION?: string;
  BUNDLE: string;
}

/** @throws Error for a scorer that this environment cannot have */
export function createScorer(environment: ScorerEnvironment): Scorer {
  const { SCORER, ENDPOINT_NAME, SCORER_FUNCTION = '', BUNDLE } = environment;
  if (SCORER === 'endpoint') return createEndpointScorer(ENDPOINT_NAME);
  if (SCORER === 'lambda')
    return lazily(async () => (await import('./scorer-lambda.ts')).createLambdaScorer(SCORER_FUNCTION));
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
