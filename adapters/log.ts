import type { Log } from '../core/ports/surroundings.ts';

const LEVELS = ['info', 'warn', 'error', 'silent'] as const;
type Level = (typeof LEVELS)[number];

/**
 * One line of JSON for each entry: on stdout in Lambda, which collects it, else on stderr, which leaves stdout to the
 * commands' results. `LOG_LEVEL` is `info`, `warn`, `error` or `silent`; absent: `info` in Lambda, else `warn`.
 */
export function createLog(
  variables: Record<string, string | undefined> = process.env,
  write: (line: string) => void = writerOf(variables),
): Log {
  const inLambda = Boolean(variables.AWS_LAMBDA_FUNCTION_NAME);
  const lowest = levelOf(variables.LOG_LEVEL) ?? (inLambda ? 'info' : 'warn');
  const entry = (level: Level, message: string, details?: Record<string, unknown>): void => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(lowest)) return;
    write(`${toLine({ level, time: new Date().toISOString(), message }, details)}\n`);
  };
  return {
    info: (message, details) => entry('info', message, details),
    warn: (message, details) => entry('warn', message, details),
    error: (message, details) => entry('error', message, details),
  };
}

function writerOf(variables: Record<string, string | undefined>): (line: string) => void {
  const stream = variables.AWS_LAMBDA_FUNCTION_NAME ? process.stdout : process.stderr;
  return (line) => void stream.write(line);
}

function levelOf(text: string | undefined): Level | undefined {
  const level = text?.toLowerCase();
  return level === 'debug' ? 'info' : LEVELS.find((known) => known === level);
}

/** A log line is never a reason to fail. */
function toLine(head: Record<string, unknown>, details: Record<string, unknown> | undefined): string {
  try {
    return JSON.stringify({ ...details, ...head }, replace);
  } catch {
    return JSON.stringify({ ...head, details: 'cannot be shown' });
  }
}

function replace(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? describe(value) : value;
}

function describe(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    name: error.name,
    // The JSON parser's message quotes what it was given, which may be a user's.
    ...(!(error instanceof SyntaxError) && { message: error.message }),
    ...(code !== undefined && { code }),
    stack: frames.slice(0, 12),
    ...(error.cause !== undefined && { cause: error.cause }),
  };
}
