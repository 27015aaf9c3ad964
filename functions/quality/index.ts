import { lazily } from '../lazily.ts';
import { createHandler } from './handler.ts';

export const handler = lazily(createHandler);
