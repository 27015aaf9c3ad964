import * as z from 'zod';
import { EVENT_TYPES } from '../../../core/events/window-event.ts';

export const eventType = z.enum(EVENT_TYPES).meta({ id: 'EventType' });
