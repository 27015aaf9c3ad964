/** What every page needs: the API with the reader's key, and a way to say that the key was refused. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../client/index.ts';
import type { AsAdmin } from './admin.tsx';
import { type Loaded, useLoad } from './load.ts';

export interface Session {
  api: Client;
  /** Does something with the admin's key, which is asked if need be. */
  asAdmin: AsAdmin;
  /** Called when the server knows the key no more, or it may not read. */
  refuse(): void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('a page was drawn outside the session');
  return session;
}

/** Loads from the API; a refused key ends the session. */
export function useApi<T>(subject: string, load: (api: Client) => Promise<T>): Loaded<T> {
  const { api, refuse } = useSession();
  return useLoad(subject, () =>
    load(api).catch((error: unknown) => {
      if (isRefusal(error)) refuse();
      throw error;
    }),
  );
}

export function isRefusal(error: unknown): boolean {
  const status = (error as { status?: number }).status;
  return status === 401 || status === 403;
}
