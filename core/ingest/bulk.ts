/** Bulk import: one event a line, as in a batch, or as a row of a log. */
import { isActionType } from '../actions/action.ts';
import { isObject, NOT_JSON } from './event.ts';
import type { SentEvents } from './parse.ts';

export const MAX_LINES = 20_000;

export interface Lines extends SentEvents {
  /** Number of each event's line, from 1. */
  lines: number[];
}

/**
 * The events of NDJSON; blank lines are none.
 * @returns undefined for more than 20,000 lines
 */
export function bulkEvents(text: string): Lines | undefined {
  const events: unknown[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (lines.length === MAX_LINES) return undefined;
    lines.push(index + 1);
    events.push(eventOf(line));
  }
  return { events, lines };
}

function eventOf(line: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return NOT_JSON;
  }
  return isObject(value) ? fromRow(value) : value;
}

/** A row names its action type where an event names its call: `{"type":"view","user":"u1","category":"shoes",…}`. */
function fromRow(row: Record<string, unknown>): Record<string, unknown> {
  const { type, category, query, value, quantity } = row;
  if (typeof type !== 'string' || !isActionType(type)) return row;
  return {
    type: 'track',
    event: type,
    userId: row.userId ?? row.user_id ?? row.user,
    anonymousId: row.anonymousId,
    messageId: row.messageId ?? row.id,
    timestamp: row.timestamp ?? row.time,
    properties: { category, query, value, quantity, product_id: row.product_id },
    context: row.context,
  };
}
