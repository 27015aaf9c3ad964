/** A state machine in an interpreter of Amazon States Language that somebody else wrote. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Definition } from '../../lib/nightly/states.ts';

const SCRIPT = fileURLToPath(new URL('./interpreter.py', import.meta.url));

export interface Execution {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  error: string | null;
  cause: string | null;
  /** States entered, in order; those of the map's children are in histories of their own. */
  states: string[];
  /** Events of its history, by type. */
  events: string[];
  /** Seconds of waits and of pauses before retries. */
  waited: number[];
}

export interface Interpreter {
  run(definition: Definition, input: unknown): Promise<Execution>;
  stop(): Promise<void>;
}

interface Answer extends Omit<Execution, 'states' | 'events'> {
  events: { type: string; state: string | null }[];
}

/**
 * @param python with moto
 * @param port where services are asked
 */
export function startInterpreter(python: string, port: number): Interpreter {
  const env = { PATH: process.env.PATH, MOTO_PORT: String(port), AWS_DEFAULT_REGION: 'eu-central-1' };
  const process_ = spawn(python, [SCRIPT], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  process_.stderr.on('data', (chunk) => (said += chunk));
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  let runs = 0;
  return {
    async run(definition, input) {
      const request = { name: `run-${runs++}`, definition: JSON.stringify(definition), input: JSON.stringify(input) };
      process_.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`the interpreter ended: ${said}`);
      const { events, ...answer }: Answer = JSON.parse(line.value);
      return {
        ...answer,
        states: events.flatMap(({ state }) => (state === null ? [] : [state])),
        events: events.map(({ type }) => type),
      };
    },
    async stop() {
      if (process_.exitCode !== null) return;
      const ended = once(process_, 'exit');
      process_.stdin.end();
      await ended;
    },
  };
}
