import { jest } from '@jest/globals';
import { createProgress } from '../../../cli/progress.ts';

function streamOf(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) > 0 };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('progress into a file', () => {
  test('says nothing about what is quick', () => {
    const stream = streamOf(false);
    const progress = createProgress(stream);
    progress.show('a');
    jest.advanceTimersByTime(1_000);
    progress.clear();
    jest.advanceTimersByTime(10_000);
    expect(stream.written).toEqual([]);
  });

  test('is a line every five seconds, each the latest, without control characters', () => {
    const stream = streamOf(false);
    const progress = createProgress(stream);
    for (let i = 0; i < 120; i++) {
      progress.show(`step ${i}`);
      jest.advanceTimersByTime(100);
    }
    expect(stream.written).toEqual(['step 14\n', 'step 64\n', 'step 114\n']);
  });

  test('comes also when a step is long and says nothing more', () => {
    const stream = streamOf(false);
    createProgress(stream).show('a long step');
    jest.advanceTimersByTime(2_000);
    expect(stream.written).toEqual(['a long step\n']);
  });
});

test('on a terminal it is one line, cut to the width, and taken away before other output', () => {
  const stream = streamOf(true);
  const progress = createProgress(stream);
  progress.show('x'.repeat(100));
  expect(stream.written).toEqual([`\r\u001b[2K${'x'.repeat(39)}`]);
  progress.clear();
  expect(stream.written.at(-1)).toBe('\r\u001b[2K');
});
