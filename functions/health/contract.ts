import * as z from 'zod';
import type { Contracts } from '../openapi/contract.ts';

const health = z
  .object({
    status: z.enum(['ok', 'starting', 'failing']),
    version: z.string(),
    model: z.string().optional().meta({ description: 'Version of the live model bundle.' }),
    checks: z.record(z.string(), z.enum(['ok', 'failing'])),
  })
  .meta({ id: 'Health' });

export const contracts: Contracts = {
  'GET /health': {
    tag: 'System',
    summary: 'Whether every part answers',
    replies: {
      200: { description: 'Every part answers.', json: health },
      503: { description: 'A part does not answer, or the system is still starting.', json: health },
    },
  },
};
