/** The model in a Lambda: the contract of the endpoint, in JSON. For shops without one, and for single users. */
import { type Bundle, MODEL_NAME, type Scorer } from '../../core/model/contract.ts';
import { type Envelope, fromEnvelope, toEnvelope } from '../../core/model/envelope.ts';
import { ContractError } from '../../core/model/kserve.ts';
import { encodeReply, parseRequest } from '../../core/model/wire.ts';
import type { BundleStore } from '../../core/ports.ts';

export interface ScorerDependencies {
  bundles: BundleStore;
  load(bundle: Bundle): Promise<Scorer>;
}

/** A call off the contract is refused in a reply, since trying it again would not help; what fails otherwise is thrown. */
export type ScorerReply = Envelope | { refused: string };

export function createHandler({ bundles, load }: ScorerDependencies): (event: unknown) => Promise<ScorerReply> {
  let loaded: { version: string; model: Promise<Scorer> } | undefined;

  const modelOf = (bundle: Bundle): Promise<Scorer> => {
    const { version } = bundle.manifest;
    if (loaded?.version === version) return loaded.model;
    const model = load(bundle);
    loaded = { version, model };
    // A failure is not kept: the next call tries again.
    model.catch(() => {
      if (loaded?.model === model) loaded = undefined;
    });
    return model;
  };

  return async (event) => {
    try {
      const asked = parseRequest(fromEnvelope(event));
      const bundle = await bundles.live();
      const output = await (await modelOf(bundle)).score(asked.input);
      return toEnvelope(encodeReply(output, asked, { name: MODEL_NAME, version: bundle.manifest.version }));
    } catch (error) {
      if (error instanceof ContractError) return { refused: error.message };
      throw error;
    }
  };
}
