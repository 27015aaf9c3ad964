/** Asks the model: over SageMaker Runtime, or in this process. */
import {
  InvokeEndpointCommand,
  ModelError,
  SageMakerRuntimeClient,
  type SageMakerRuntimeServiceException,
} from '@aws-sdk/client-sagemaker-runtime';
import { type ModelInput, type ModelOutput, type Scorer, ScorerUnavailable } from '../core/model/contract.ts';
import { encodeRequest, parseReply } from '../core/model/wire.ts';

const ATTEMPTS = 4;
const CONNECT_MS = 2_000;
/** SageMaker ends a call after 60 s. */
const REPLY_MS = 65_000;
const IN_PROCESS_THREADS = 2;

interface ScorerEnvironment {
  SCORER: 'endpoint' | 'lambda' | 'in-process';
  ENDPOINT_NAME: string;
  BUNDLE: string;
}

/** @throws Error for a scorer that this environment cannot have */
export function createScorer(environment: ScorerEnvironment): Scorer {
  if (environment.SCORER === 'endpoint') return createEndpointScorer(environment.ENDPOINT_NAME);
  if (environment.SCORER === 'in-process' && environment.BUNDLE.startsWith('file:'))
    return createInProcessScorer(environment.BUNDLE.slice('file:'.length));
  if (environment.SCORER === 'in-process') throw new Error('SCORER=in-process needs BUNDLE=file:FOLDER');
  throw new Error('SCORER=lambda is not in this version: use endpoint or in-process');
}

/** @throws ScorerUnavailable (from `score`) when the endpoint does not answer after four attempts */
function createEndpointScorer(endpoint: string): Scorer {
  const client = new SageMakerRuntimeClient({
    // The SDK waits between attempts with jitter; it retries throttling, 5xx and connections.
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REPLY_MS },
  });
  const invoke = async (input: ModelInput): Promise<ModelOutput> => {
    const { contentType, body } = encodeRequest(input, 'binary');
    const reply = await client.send(
      new InvokeEndpointCommand({ EndpointName: endpoint, ContentType: contentType, Body: body }),
    );
    return parseReply({ contentType: reply.ContentType ?? '', body: reply.Body }, input.batch);
  };
  return {
    async score(input) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await invoke(input);
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

/** Whether the endpoint is away or busy, as against a call that it refuses. */
function isUnavailable(error: unknown): boolean {
  const { $metadata, name, message } = (error ?? {}) as Partial<SageMakerRuntimeServiceException>;
  if (!$metadata) return false;
  // No status: the SDK tried and no reply came.
  const status = $metadata.httpStatusCode ?? 503;
  // An endpoint that is not there is a ValidationError of SageMaker.
  return status === 429 || status >= 500 || (name === 'ValidationError' && /not found/i.test(message ?? ''));
}

function createInProcessScorer(folder: string): Scorer {
  let model: Promise<Scorer> | undefined;
  return {
    async score(input) {
      model ??= import('./onnx.ts').then(({ loadModel }) => loadModel(folder, IN_PROCESS_THREADS));
      return (await model).score(input);
    },
  };
}
