/** A message of the model contract as JSON, for a Lambda, whose calls carry nothing else. */
import { ContractError, type Message } from './kserve.ts';

export interface Envelope {
  contentType: string;
  /** Base64. */
  body: string;
}

export function toEnvelope({ contentType, body }: Message): Envelope {
  return { contentType, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64') };
}

/** @throws ContractError for anything else */
export function fromEnvelope(value: unknown): Message {
  const { contentType, body } = (value ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  if (typeof contentType !== 'string' || typeof body !== 'string')
    throw new ContractError('the message is not {contentType, body}');
  return { contentType, body: Buffer.from(body, 'base64') };
}
