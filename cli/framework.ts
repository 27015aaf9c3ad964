/**
 * What every command shares: options, help, exit codes, `--json`, progress.
 *
 *     export default defineCommand({
 *       name: 'scores',
 *       summary: 'Writes the scores of a day as CSV.',
 *       options: { day: text('DAY', 'day of the scores (default: today)'), data: dataOption },
 *       async run(context, _args, { day, data }) { …; return { day, rows }; },
 *     });
 *
 * What `run` returns is the command's result: printed as one line of JSON with `--json`, else only what it printed by
 * `context.print` is shown. It throws `Failure` (exit 1) or `Usage` (exit 2) for what is expected to go wrong.
 */
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { Failure } from '../local/failure.ts';
import { Interrupted } from './interruption.ts';
import type { OptionSpecs, Values } from './options.ts';
import { createProgress } from './progress.ts';

export { Failure } from '../local/failure.ts';
export { choice, dataOption, flag, integer, list, positive, text } from './options.ts';

/** Wrong usage: exit 2. */
export class Usage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Usage';
  }
}

/** Exit 1 after everything was said already: the result is printed as usual, and no further line. */
export class FailedResult extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('failed');
    this.result = result;
  }
}

export interface Context {
  json: boolean;
  verbose: boolean;
  /** One changing line on stderr; throttled, so call it as often as you like. */
  progress(text: string): void;
  /** A line for the human on stdout; on stderr with `--json`. */
  print(line: string): void;
  /** A path as the user meant it: relative to where they stand, not to the project. */
  resolve(path: string): string;
}

export type Result = Record<string, unknown>;

export interface Argument {
  /** `<file>` required, `[file]` optional, `<files...>` many. */
  name: string;
  description: string;
}

export interface CommandDefinition {
  name: string;
  summary: string;
  /** Adds the command to its parent; `done` takes what a run of it returned. */
  build(parent: Command | undefined, done: (result: Result | undefined, context: Context) => void): Command;
}

/** Defines a command that does something. `args` are its arguments in order, as typed. */
export function defineCommand<const S extends OptionSpecs>(definition: {
  name: string;
  summary: string;
  arguments?: Argument[];
  options: S;
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that only prints returns nothing.
  run(context: Context, args: string[], options: Values<S>): Promise<Result | void>;
}): CommandDefinition {
  return {
    name: definition.name,
    summary: definition.summary,
    build(parent, done) {
      const command = prepare(definition, parent);
      for (const { name, description } of definition.arguments ?? []) command.argument(name, description);
      for (const [name, spec] of Object.entries(definition.options)) command.addOption(toOption(name, spec));
      command.option('--json', 'print the result as one JSON object, the last line of stdout');
      command.option('--verbose', 'show details of a failure');
      return command.action(async () => {
        const { json, verbose, ...options } = command.opts();
        const context = createContext(Boolean(json), Boolean(verbose));
        const result = await definition.run(context, command.processedArgs.flat(), options as Values<S>);
        done(result ?? undefined, context);
      });
    },
  };
}

/** Defines a command that only has sub-commands, as `keys create|list|revoke`. */
export function defineCommandGroup(definition: {
  name: string;
  summary: string;
  commands: CommandDefinition[];
}): CommandDefinition {
  return {
    name: definition.name,
    summary: definition.summary,
    build(parent, done) {
      const group = prepare(definition, parent);
      for (const command of definition.commands) command.build(group, done);
      return group;
    },
  };
}

/** Runs a command on its arguments. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runCommand(definition: CommandDefinition, args: string[]): Promise<number> {
  const json = args.includes('--json');
  const fail = (message: string, code: number): number => {
    createProgress(process.stderr).clear();
    process.stderr.write(`${message}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    return code;
  };
  try {
    const command = definition.build(undefined, (result, context) => {
      createProgress(process.stderr).clear();
      if (context.json) process.stdout.write(`${JSON.stringify(result ?? {})}\n`);
    });
    await command.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // A group without a sub-command: its help was printed, which says all there is.
      if (error.code === 'commander.help') return 2;
      return fail(error.message.replace(/^error: /, ''), 2);
    }
    if (error instanceof FailedResult) {
      if (json) process.stdout.write(`${JSON.stringify(error.result)}\n`);
      return 1;
    }
    if (error instanceof Usage) return fail(error.message, 2);
    if (error instanceof Interrupted) return fail(error.message, 130);
    if (args.includes('--verbose') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    if (error instanceof Failure) return fail(error.message, 1);
    return fail(describeUnexpected(error), 1);
  }
}

const DISK_FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

function describeUnexpected(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const { code, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (DISK_FULL.includes(code ?? ''))
    return `the disk is full${path ? ` (${path})` : ''}; free some space and try again`;
  return `it failed: ${message.split('\n')[0]}; run it again with --verbose for details`;
}

function prepare(definition: { name: string; summary: string }, parent: Command | undefined): Command {
  const command = parent ? parent.command(definition.name) : new Command(`npm run ${definition.name} --`);
  return command
    .description(definition.summary)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpCommand(false)
    .showHelpAfterError(false)
    .allowExcessArguments(false);
}

function toOption(name: string, spec: OptionSpecs[string]): Option {
  const flagName = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const option = new Option(spec.value ? `--${flagName} <${spec.value}>` : `--${flagName}`, spec.description);
  if (spec.default !== undefined) option.default(spec.default, spec.defaultShown);
  if (spec.choices) option.choices(spec.choices);
  if (spec.parse) option.argParser(spec.parse);
  if (spec.required) option.makeOptionMandatory();
  return option;
}

function createContext(json: boolean, verbose: boolean): Context {
  const progress = createProgress(process.stderr);
  return {
    json,
    verbose,
    progress: (text) => progress.show(text),
    print: (line) => {
      progress.clear();
      (json ? process.stderr : process.stdout).write(`${line}\n`);
    },
    resolve: (path) => resolve(process.env.INIT_CWD ?? process.cwd(), path),
  };
}
