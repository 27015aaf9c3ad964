/** Loads what a page shows, and keeps showing the last of it while the next is on its way. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiFailure } from '../client/index.ts';

export interface Loaded<T> {
  /** What was loaded last; of an earlier subject while `loading`. */
  data?: T;
  problem?: ApiFailure;
  loading: boolean;
  again(): void;
}

/** @param subject what is loaded, as text: a new subject loads anew */
export function useLoad<T>(subject: string, load: () => Promise<T>): Loaded<T> {
  const [attempt, setAttempt] = useState(0);
  const wanted = `${subject}#${attempt}`;
  const [state, setState] = useState<{ done: string; data?: T; problem?: ApiFailure }>({ done: '' });
  // `wanted` stands for everything that `load` closes over.
  useEffect(() => {
    let current = true;
    const settle = (result: { data?: T; problem?: ApiFailure }) => current && setState({ done: wanted, ...result });
    load().then(
      (data) => settle({ data }),
      (error: unknown) => settle({ problem: error instanceof ApiFailure ? error : unexpected(error) }),
    );
    return () => {
      current = false;
    };
  }, [wanted]);
  const again = useCallback(() => setAttempt((number) => number + 1), []);
  return { data: state.data, problem: state.problem, loading: state.done !== wanted, again };
}

function unexpected(error: unknown): ApiFailure {
  console.error(error);
  return new ApiFailure(0, 'unexpected', 'The dashboard could not read the answer.');
}
