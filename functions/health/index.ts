import { lazily } from '../lazily.ts';
import { createHandler } from './handler.ts';

/** A local system sets SYSTEM_STARTING until every part of it answers; a Lambda has no such time. */
export const handler = lazily((deps) =>
  createHandler({ ...deps, starting: () => process.env.SYSTEM_STARTING === 'true' }),
);
