import { randomUUID } from 'node:crypto';
import type { ErasureStore } from '../../core/erasure/ports.ts';
import { type Regulation, type RegulationType, suppresses } from '../../core/erasure/regulation.ts';
import type { SuppressionStore } from '../../core/ports/suppressions.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { Pseudonyms } from '../../core/ports/users.ts';

export interface BeginDependencies {
  clock: Clock;
  erasures: Pick<ErasureStore, 'begin'>;
  suppressions: Pick<SuppressionStore, 'add'>;
  digest: (user: string) => string;
  pseudonyms: Pick<Pseudonyms, 'pseudonym'>;
}

/** Keeps a request of privacy for `functions/erase`, and suppresses the ids it names at once. */
export async function beginRegulation(
  deps: BeginDependencies,
  type: RegulationType,
  subjectIds: readonly string[],
): Promise<Regulation> {
  const users = [...new Set(subjectIds.map((id) => deps.pseudonyms.pseudonym(id)))];
  const regulation: Regulation = {
    id: randomUUID(),
    type,
    status: 'INITIALIZED',
    createdAt: deps.clock(),
    subjects: users.length,
    passes: [],
  };
  await deps.erasures.begin(regulation, users);
  if (suppresses(type)) await deps.suppressions.add(users.map(deps.digest));
  return regulation;
}
