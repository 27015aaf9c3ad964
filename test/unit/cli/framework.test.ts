import { jest } from '@jest/globals';
import {
  choice,
  defineCommand,
  defineCommandGroup,
  FailedResult,
  Failure,
  flag,
  integer,
  list,
  runCommand,
  text,
  Usage,
} from '../../../cli/framework.ts';

let stdout = '';
let stderr = '';

beforeEach(() => {
  stdout = '';
  stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += chunk;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    stderr += chunk;
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());

const command = (run: () => Promise<Record<string, unknown> | undefined> = async () => undefined) =>
  defineCommand({
    name: 'greet',
    summary: 'Greets.',
    arguments: [{ name: '<who>', description: 'whom' }],
    options: {
      times: integer('N', 'how often', { default: 1, min: 1, max: 9 }),
      style: choice('STYLE', ['loud', 'soft'], 'how'),
      outFile: text('FILE', 'where to'),
      tags: list('TAGS', 'with'),
      all: flag('everyone'),
    },
    async run(context, args, options) {
      context.print('for humans');
      return (await run()) ?? { args, ...options };
    },
  });

describe('a command', () => {
  test('gets its arguments and options, in their types', async () => {
    const args = ['u1', '--times', '3', '--style', 'soft', '--out-file', 'a', '--tags', 'x,y', '--tags', 'z', '--all'];
    expect(await runCommand(command(), [...args, '--json'])).toBe(0);
    const given = { args: ['u1'], times: 3, style: 'soft', outFile: 'a', tags: ['x', 'y', 'z'], all: true };
    expect(JSON.parse(stdout)).toEqual(given);
    expect(stderr).toBe('for humans\n');
  });

  test('prints for humans, and no JSON, when it is not asked to', async () => {
    expect(await runCommand(command(), ['u1'])).toBe(0);
    expect(stdout).toBe('for humans\n');
  });

  test('shows its help', async () => {
    expect(await runCommand(command(), ['--help'])).toBe(0);
    expect(stdout).toContain('--out-file <FILE>');
    expect(stdout).toContain('--json');
  });

  test.each([
    [[], /missing required argument 'who'/],
    [['a', 'b'], /too many arguments/],
    [['a', '--nothing'], /unknown option '--nothing'/],
    [['a', '--times', '10'], /between 1 and 9/],
    [['a', '--times', '1e1'], /between 1 and 9/],
    [['a', '--times', ''], /between 1 and 9/],
    [['a', '--style', 'shrill'], /loud, soft/],
    [['a', '--out-file'], /argument missing/],
  ])('used as %j exits with 2 and one line', async (args, message) => {
    expect(await runCommand(command(), args)).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });
});

describe('a command that fails', () => {
  const failing = (error: Error) => command(() => Promise.reject(error));

  test('as expected says what and the remedy in one line, without a stack', async () => {
    expect(await runCommand(failing(new Failure('it is gone', 'fetch it')), ['a'])).toBe(1);
    expect(stderr).toBe('it is gone; fetch it\n');
  });

  test('unexpectedly points to --verbose, which shows the stack', async () => {
    expect(await runCommand(failing(new Error('broken\nmore')), ['a'])).toBe(1);
    expect(stderr).toBe('it failed: broken; run it again with --verbose for details\n');
    await runCommand(failing(new Error('broken')), ['a', '--verbose']);
    expect(stderr).toContain('framework.test.ts');
  });

  test('with --json ends stdout with one object', async () => {
    expect(await runCommand(failing(new Failure('it is gone')), ['a', '--json'])).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: 'it is gone' });
  });

  test('for wrong usage that it finds itself exits with 2', async () => {
    expect(await runCommand(failing(new Usage('a and b exclude each other')), ['a'])).toBe(2);
  });

  test('after it said everything adds no line', async () => {
    expect(await runCommand(failing(new FailedResult({ failed: 2 })), ['a', '--json'])).toBe(1);
    expect(stderr).toBe('for humans\n');
    expect(JSON.parse(stdout)).toEqual({ failed: 2 });
  });
});

describe('a group of commands', () => {
  const group = defineCommandGroup({ name: 'people', summary: 'People.', commands: [command()] });

  test('runs the one that is named', async () => {
    expect(await runCommand(group, ['greet', 'u1', '--json'])).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ args: ['u1'], times: 1 });
  });

  test.each([[[]], [['nothing']]])('used as %j exits with 2', async (args) => {
    expect(await runCommand(group, args)).toBe(2);
  });
});

test('paths are relative to where the user stands', async () => {
  const before = process.env.INIT_CWD;
  process.env.INIT_CWD = '/somewhere/else';
  const where = defineCommand({
    name: 'where',
    summary: 'Where.',
    options: {},
    run: async (context) => ({ relative: context.resolve('a/b'), absolute: context.resolve('/c') }),
  });
  await runCommand(where, ['--json']);
  if (before === undefined) delete process.env.INIT_CWD;
  else process.env.INIT_CWD = before;
  expect(JSON.parse(stdout)).toEqual({ relative: '/somewhere/else/a/b', absolute: '/c' });
});
