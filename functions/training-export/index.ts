import { randomUUID } from 'node:crypto';
import { wire } from '../wiring.ts';
import { createHandler, type TrainingExportReply } from './handler.ts';

export async function handler(): Promise<TrainingExportReply> {
  return createHandler({ ...(await wire()), newId: randomUUID })();
}
