declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options?: {
    /** Folder of the database; absent: in memory. */
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
