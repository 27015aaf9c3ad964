/** `npm run check`: lint, format and types alone. */
import { runChecks } from '../checks.ts';
import { defineCommand, FailedResult } from '../framework.ts';
import { ensurePython } from '../python.ts';

export default defineCommand({
  name: 'check',
  summary: 'Checks lint, format and types of the TypeScript and the Python side.',
  options: {},
  async run(context) {
    const outcomes = await runChecks(await ensurePython(context.progress), context.print);
    const failed = outcomes.filter((outcome) => outcome.failed > 0).map((outcome) => outcome.name);
    const result = { passed: outcomes.length - failed.length, failed: failed.length };
    if (failed.length > 0) throw new FailedResult(result);
    return result;
  },
});
