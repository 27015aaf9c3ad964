/** Files that the reader asked for, and failures of what the reader did, in words. */
import { ApiFailure } from '../client/index.ts';
import { NoAdminKey } from './admin.tsx';

/** Hands an answer to the browser as a file. */
export async function saveAs(answer: Response, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  // Only once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What to tell of a failed change; undefined where the reader called it off. */
export function failureText(error: unknown): string | undefined {
  if (error instanceof NoAdminKey) return undefined;
  if (error instanceof ApiFailure) return error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return 'This failed. Try again.';
}
