/** Every function's contract. A route without one fails the tests by its name. */
import { contracts as actions } from '../actions/contract.ts';
import { contracts as audiences } from '../audiences/contract.ts';
import { contracts as bands } from '../bands/contract.ts';
import { contracts as demand } from '../demand/contract.ts';
import { contracts as events } from '../events/contract.ts';
import { contracts as health } from '../health/contract.ts';
import { contracts as ingest } from '../ingest/contract.ts';
import { contracts as keys } from '../keys/contract.ts';
import { contracts as overview } from '../overview/contract.ts';
import { contracts as profile } from '../profile/contract.ts';
import { contracts as quality } from '../quality/contract.ts';
import { contracts as regulations } from '../regulations/contract.ts';
import { contracts as sources } from '../sources/contract.ts';
import { contracts as timing } from '../timing/contract.ts';
import { contracts as webhooks } from '../webhooks/contract.ts';
import type { Contracts } from './contract.ts';
import { contracts as openapi } from './own.ts';

export const CONTRACTS: Contracts = {
  ...ingest,
  ...sources,
  ...timing,
  ...actions,
  ...profile,
  ...audiences,
  ...bands,
  ...events,
  ...webhooks,
  ...overview,
  ...demand,
  ...quality,
  ...keys,
  ...regulations,
  ...health,
  ...openapi,
};
