/** Asks the model in the scorer's Lambda (functions/scorer). */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Scorer, ScorerUnavailable } from '../core/model/contract.ts';
import { fromEnvelope, toEnvelope } from '../core/model/envelope.ts';
import { ContractError } from '../core/model/kserve.ts';
import { encodeRequest, parseReply } from '../core/model/wire.ts';
import { ATTEMPTS, CONNECT_MS, isUnavailable, REPLY_MS } from './scorer-calls.ts';

/** @throws ScorerUnavailable (from `score`) when the function does not answer after four attempts */
export function createLambdaScorer(name: string): Scorer {
  const client = new LambdaClient({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REPLY_MS },
  });
  const invoke = async (payload: string) => {
    try {
      return await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(payload) }));
    } catch (error) {
      throw isUnavailable(error) ? new ScorerUnavailable(error) : error;
    }
  };
  return {
    async score(input, version) {
      const payload = JSON.stringify({ ...toEnvelope(encodeRequest(input, 'binary')), version });
      for (let attempt = 1; ; attempt++) {
        const { FunctionError: failed, Payload: bytes = new Uint8Array() } = await invoke(payload);
        const answer = JSON.parse(Buffer.from(bytes).toString('utf8'));
        // It ran out of time or memory, or could not read its bundle for a moment.
        if (failed && attempt < ATTEMPTS) continue;
        if (failed) throw new ScorerUnavailable(new Error(`${name} failed: ${answer.errorMessage}`));
        if (typeof answer.refused === 'string') throw new ContractError(answer.refused);
        return parseReply(fromEnvelope(answer), input.batch);
      }
    },
  };
}
