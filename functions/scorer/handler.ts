/** The model in a Lambda: the contract of the endpoint, in JSON. For shops without one, and for single users. */
import { type Bundle, MODEL_NAME, type Scorer } from '../../core/model/contract.ts';
import { type Envelope, fromEnvelope, toEnvelope } from '../../core/model/envelope.ts';
import { ContractError } from '../../core/model/kserve.ts';
import { encodeReply, parseRequest } from '../../core/model/wire.ts';
import type { BundleStore } from '../../core/ports/objects.ts';

export interface ScorerDependencies {
  bundles: BundleStore;
  load(bundle: Bundle): Promise<Scorer>;
}

/** Models kept at hand: during a promotion, two. */
const KEPT = 2;

/** A call off the contract is refused in a reply, since trying it again would not help; what fails otherwise is thrown. */
export type ScorerReply = Envelope | { refused: string };

export function createHandler({ bundles, load }: ScorerDependencies): (event: unknown) => Promise<ScorerReply> {
  const loaded = new Map<string, Promise<Scorer>>();

  const modelOf = (bundle: Bundle): Promise<Scorer> => {
    const { version } = bundle.manifest;
    const found = loaded.get(version);
    if (found) return found;
    if (loaded.size >= KEPT) loaded.delete(loaded.keys().next().value!);
    const model = load(bundle);
    loaded.set(version, model);
    // A failure is not kept: the next call tries again.
    model.catch(() => {
      if (loaded.get(version) === model) loaded.delete(version);
    });
    return model;
  };

  return async (event) => {
    try {
      const asked = parseRequest(fromEnvelope(event));
      const { version } = event as { version?: unknown };
      // The one that the call was made for: its words are numbers of that vocabulary.
      const bundle = typeof version === 'string' ? await bundles.of(version) : await bundles.live();
      const output = await (await modelOf(bundle)).score(asked.input);
      return toEnvelope(encodeReply(output, asked, { name: MODEL_NAME, version: bundle.manifest.version }));
    } catch (error) {
      if (error instanceof ContractError) return { refused: error.message };
      throw error;
    }
  };
}
