import type { HttpHandler } from '../../functions/http/api.ts';
import { type HttpServer, startHttp } from '../../local/http.ts';

/** The local HTTP server in front of one handler, on a free port. @returns its address and how to close it */
export async function serve(handler: HttpHandler): Promise<{ url: string; close(): Promise<void> }> {
  const server: HttpServer = await startHttp({
    port: 0,
    handler: async () => handler,
    onError: (error) => {
      throw error;
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}
