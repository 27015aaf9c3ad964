/** The model endpoint in a thread of its own: ONNX Runtime blocks the thread that it runs on. */
import { parentPort, workerData } from 'node:worker_threads';
import { startModelEndpoint } from './model-endpoint.ts';

const { bundle, models } = workerData as { bundle: string; models?: string };

try {
  const endpoint = await startModelEndpoint({ bundle, models, port: 0 });
  parentPort?.on('message', async () => {
    await endpoint.close();
    process.exit(0);
  });
  parentPort?.postMessage({ port: endpoint.port });
} catch (error) {
  parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
}
