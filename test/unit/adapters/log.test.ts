import { expect, test } from '@jest/globals';
import { createLog } from '../../../adapters/log.ts';
import type { Log } from '../../../core/ports/surroundings.ts';

function logged(variables: Record<string, string>, use: (log: Log) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  use(createLog(variables, (line) => lines.push(line)));
  return lines.map((line) => {
    expect(line).toMatch(/^[^\n]+\n$/);
    return JSON.parse(line);
  });
}

const all = (log: Log) => {
  log.info('i');
  log.warn('w');
  log.error('e');
};

test.each([
  [{}, ['w', 'e']],
  [{ AWS_LAMBDA_FUNCTION_NAME: 'f' }, ['i', 'w', 'e']],
  [{ LOG_LEVEL: 'info' }, ['i', 'w', 'e']],
  [{ LOG_LEVEL: 'DEBUG' }, ['i', 'w', 'e']],
  [{ LOG_LEVEL: 'ERROR', AWS_LAMBDA_FUNCTION_NAME: 'f' }, ['e']],
  [{ LOG_LEVEL: 'silent' }, []],
  [{ LOG_LEVEL: 'nonsense' }, ['w', 'e']],
])('with %j the messages %j are written', (variables, messages) => {
  expect(logged(variables as Record<string, string>, all).map(({ message }) => message)).toEqual(messages);
});

test('a line has level, time and message, which details cannot replace', () => {
  const [line] = logged({}, (log) => log.warn('real', { message: 'other', level: 'x', n: 1 }));
  expect(line).toEqual({ level: 'warn', message: 'real', n: 1, time: expect.stringMatching(/^\d{4}-.*Z$/) });
});

test('an error is shown with its name, code, stack and cause', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const [line] = logged({}, (log) => log.error('failed', { error: new RangeError('too far', { cause }) }));
  expect(line!.error).toMatchObject({
    name: 'RangeError',
    message: 'too far',
    cause: { message: 'refused', code: 'ECONNREFUSED' },
  });
});

test('the text that a parser choked on is not shown', () => {
  let failure: unknown;
  try {
    JSON.parse('zoe@example.com');
  } catch (error) {
    failure = error;
  }
  expect(JSON.stringify(logged({}, (log) => log.error('failed', { failure })))).not.toContain('zoe');
});

test('details that cannot be written do not fail the caller', () => {
  const circle: Record<string, unknown> = { big: 12n };
  expect(logged({}, (log) => log.warn('big', circle))[0]).toMatchObject({ big: '12' });
  circle.self = circle;
  expect(logged({}, (log) => log.warn('round', circle))[0]).toMatchObject({ message: 'round' });
});
