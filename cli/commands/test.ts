/** `npm test`: checks, the tests of the TypeScript side, on two stores, and those of the model; one closing line with the sums. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDynamoDbLocal } from '../../test/support/dynamodb-local.ts';
import { type Outcome, runChecks } from '../checks.ts';
import { type Context, defineCommand, FailedResult, Failure, list, text, Usage } from '../framework.ts';
import { runProgram } from '../process.ts';
import { ROOT } from '../project.ts';
import { ensurePython } from '../python.ts';

const JEST_PARTS = ['unit', 'integration', 'contract', 'infra', 'e2e', 'bench'];
/** The tests of the store again, on DynamoDB Local. */
const PARITY = 'parity';
const PARTS = ['check', ...JEST_PARTS, PARITY, 'model'];
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
/** Whose tests are about the store: elsewhere one only has to be there, as in those of what many nights add up to. */
const STORE_TESTS =
  /\/test\/integration\/(?!state-machine|operations|events\/windows|nightly\/(quality|look-back|demand|counted|warehouse)).*\.test\.ts$/;

export default defineCommand({
  name: 'test',
  summary: 'Runs every check and test, and ends with "N passed, N failed".',
  options: {
    only: list('PARTS', `some parts of it, separated by commas: ${PARTS.join(', ')}`),
    match: text('TEXT', 'only test files whose path contains this'),
  },
  async run(context, _args, { only = PARTS, match }) {
    const unknown = only.filter((part) => !PARTS.includes(part));
    if (unknown.length > 0) throw new Usage(`there is no part "${unknown[0]}"; parts are ${PARTS.join(', ')}`);
    const jestParts = JEST_PARTS.filter((part) => only.includes(part));
    const outcomes: Outcome[] = [];
    if (only.includes('check')) {
      outcomes.push(...(await runChecks(await ensurePython(context.progress), context.print)));
    }
    if (jestParts.length > 0) outcomes.push(await runJest('jest', ['--testPathPatterns', patternOf(jestParts, match)]));
    if (only.includes(PARITY)) {
      const lacking = await whatParityLacks();
      if (lacking && only.length === 1)
        throw new Failure(`there is no parity run: ${lacking}`, 'put that right and try again');
      if (lacking) context.print(`left out parity: ${lacking}`);
      else outcomes.push(await runParity(match));
    }
    if (only.includes('model')) outcomes.push(await runPytest(context, match));
    const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
    const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
    for (const outcome of outcomes.filter((one) => one.failed > 0)) {
      context.print(`failed in ${outcome.name}: ${outcome.failed}`);
    }
    context.print(`${passed} passed, ${failed} failed`);
    if (failed > 0) throw new FailedResult({ passed, failed });
    return { passed, failed };
  },
});

function patternOf(parts: string[], match = ''): string {
  const folders = parts.map((part) => `${join(ROOT, 'test', part)}/`);
  return `(${folders.map(literal).join('|')}).*${literal(match)}`;
}

async function whatParityLacks(): Promise<string | undefined> {
  try {
    await installDynamoDbLocal();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Those of the tests of the store whose path contains `match`, on DynamoDB Local (test/support/store.ts). */
async function runParity(match = ''): Promise<Outcome> {
  const related = ['--findRelatedTests', join(ROOT, 'test', 'support', 'store.ts')];
  const { output } = await runProgram(process.execPath, [JEST, '--listTests', ...related], { cwd: ROOT });
  const chosen = output.split('\n').filter((line) => STORE_TESTS.test(line) && line.includes(match));
  // Without any, Jest would run all there are.
  if (chosen.length === 0) return { name: 'parity', passed: 0, failed: 0 };
  return runJest('parity', ['--runTestsByPath', ...chosen], { STORE: 'dynamodb-local' });
}

async function runJest(name: string, chosen: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return withReport('report.json', async (report) => {
    const args = [JEST, '--passWithNoTests', '--json', `--outputFile=${report}`, ...chosen];
    const { output } = await runProgram(process.execPath, args, {
      cwd: ROOT,
      // Jest runs ES modules only behind this flag: https://jestjs.io/docs/ecmascript-modules
      env: { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning', ...env },
      show: true,
    });
    const text = readReport(report);
    if (!text) return { name: `${name}, which did not run ${output}`, passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(text);
    return { name, passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  });
}

async function runPytest(context: Context, match: string | undefined): Promise<Outcome> {
  const python = await ensurePython(context.progress);
  return withReport('report.xml', async (report) => {
    const args = ['-m', 'pytest', '-q', 'model', `--junitxml=${report}`, ...(match ? ['-k', match] : [])];
    await runProgram(python, args, { cwd: ROOT, show: true });
    const suite = /<testsuite [^>]*>/.exec(readReport(report))?.[0];
    if (!suite) return { name: 'pytest, which did not run', passed: 0, failed: 1 };
    const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    return { name: 'pytest', passed: count('tests') - failed - count('skipped'), failed };
  });
}

async function withReport(name: string, run: (path: string) => Promise<Outcome>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-test-'));
  try {
    return await run(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
