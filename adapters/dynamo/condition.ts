import { orBusy } from '../busy.ts';
import { isConditionFailed } from './errors.ts';

/** @returns false when the condition of a write did not hold. @throws StoreBusy */
export async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await orBusy(write);
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
