import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redact } from '../../../../core/ingest/redact.ts';

describe('the shape of a refused event', () => {
  test('tells names that are known, and kinds', () => {
    const event = {
      type: 'track',
      event: 'Max bought',
      userId: { id: 'max' },
      timestamp: 'yesterday',
      messageId: '',
      properties: { products: [{ price: 1.5 }, 2, 'x', null], 'max@example.com': true },
      secret: 1,
    };
    expect(redact(event)).toEqual({
      type: 'track',
      event: '(text of 10)',
      userId: { id: '(text of 3)' },
      timestamp: '(text of 9)',
      messageId: '(empty text)',
      properties: { products: [{ price: '(number)' }, '(whole number)', '(2 more)'], '(other fields)': 1 },
      '(other fields)': 1,
    });
  });

  test('holds nothing of what was sent, and little in all', () => {
    const planted = fc.constantFrom('Zebrafink', 'zebra@example.com', '198.51.100.23');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        planted,
        fc.double(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(fc.oneof(planted, fc.constantFrom('event', 'properties', 'userId', '__proto__')), tie('any')),
      ),
    })).any;
    fc.assert(
      fc.property(value, (sent) => {
        const text = JSON.stringify(redact(sent));
        expect(text).not.toMatch(/zebra|198\.51/i);
        expect(text.length).toBeLessThanOrEqual(4_000);
      }),
    );
  });
});
