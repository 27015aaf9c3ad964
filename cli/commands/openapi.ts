/** `npm run openapi`: writes docs/openapi.json and the types of the client from the routes' contracts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsSource } from '../../client/operations-source.ts';
import { makeDocument } from '../../functions/openapi/document.ts';
import { defineCommand } from '../framework.ts';
import { ROOT } from '../project.ts';

export default defineCommand({
  name: 'openapi',
  summary: "Writes docs/openapi.json and the typed client's operations from the contracts of all routes.",
  options: {},
  async run(context) {
    const document = makeDocument();
    writeFileSync(join(ROOT, 'docs', 'openapi.json'), `${JSON.stringify(document, null, 2)}\n`);
    writeFileSync(join(ROOT, 'client', 'operations.ts'), operationsSource(document));
    const routes = Object.values(document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    context.print(`${routes} routes: docs/openapi.json, client/operations.ts`);
    return { routes };
  },
});
