/** The document that the client is made from: that of the system, and the routes that are on their way. */
import { CONTRACTS } from '../functions/openapi/contracts.ts';
import { makeDocument, type OpenApiDocument } from '../functions/openapi/document.ts';
import { PLANNED, PLANNED_ROUTES } from '../functions/openapi/planned/index.ts';
import { ROUTES } from '../functions/routes.ts';

export function clientDocument(): OpenApiDocument {
  return makeDocument({ ...CONTRACTS, ...PLANNED }, [...ROUTES, ...PLANNED_ROUTES]);
}
