/** What window events need from outside; adapters/ implements each port. */
import type { Delivery } from './delivery.ts';
import type { WindowEvent } from './window-event.ts';

export interface RecordedEvent extends WindowEvent {
  /** Epoch milliseconds. */
  recordedAt: number;
  /** Whether the event bus has it and its deliveries are planned. */
  published: boolean;
}

/** Where a page of a list begins; what the one before it gave. */
export type Position = readonly [at: string, user: string, event: string];

export interface Page<T> {
  items: T[];
  next: Position | undefined;
}

/** Window events and their deliveries. Everything of a user is under the user's pseudonym. */
export interface Outbox {
  /** Records those that are not there yet. @returns how many those were */
  record(events: readonly WindowEvent[], now: number): Promise<number>;
  /** Events that the bus does not have yet, the oldest first, as many as one look finds. */
  unpublished(): Promise<RecordedEvent[]>;
  /** Notes that the bus has the event. */
  markPublished(event: RecordedEvent): Promise<void>;
  get(user: string, event: string): Promise<RecordedEvent | undefined>;
  /** Newest first. */
  events(limit: number, from?: Position): Promise<Page<RecordedEvent>>;
  /** Plans a delivery unless it is there. */
  plan(delivery: Delivery): Promise<void>;
  /** Deliveries to a webhook that are due by `now`, as many as one look finds. */
  due(webhook: string, now: number): Promise<Delivery[]>;
  /** Takes a due delivery for itself until `until`. @returns false when another one has it, or it is gone */
  claim(delivery: Delivery, until: number): Promise<boolean>;
  /** Stores what became of a delivery, unless it is gone: its user was erased. */
  settle(delivery: Delivery): Promise<void>;
  /** Of a webhook in one state: those waiting by when they are due, others by their last attempt, newest first. */
  deliveries(webhook: string, state: Delivery['state'], limit: number, from?: Position): Promise<Page<Delivery>>;
  /** The delivery of one event to a webhook. */
  find(webhook: string, event: string): Promise<Delivery | undefined>;
  /** Removes everything of a user. @returns how many items */
  forget(user: string): Promise<number>;
}

/** Where every event goes, at least once. */
export interface EventBus {
  publish(events: readonly RecordedEvent[]): Promise<void>;
  /** Removes what is kept of a user, where anything is. */
  forget(user: string): Promise<void>;
}

/** Sends one message to an address outside. Never throws: what went wrong is the outcome. */
export interface Sender {
  post(url: string, headers: Record<string, string>, body: string): Promise<{ taken: boolean; outcome: string }>;
}
