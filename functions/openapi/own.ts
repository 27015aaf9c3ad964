import * as z from 'zod';
import type { Contracts } from './contract.ts';

export const contracts: Contracts = {
  'GET /v1/openapi.json': {
    tag: 'System',
    summary: 'This document',
    replies: { 200: { description: 'OpenAPI 3.1.', json: z.looseObject({ openapi: z.string() }) } },
  },
  'GET /docs': {
    tag: 'System',
    summary: 'This document for people',
    replies: { 200: { description: 'A page without scripts.', text: 'text/html' } },
  },
};
