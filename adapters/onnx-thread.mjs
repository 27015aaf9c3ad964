/**
 * A session of ONNX Runtime, which blocks the thread that it runs on, in a thread of its own. Tells the names of its
 * inputs and outputs first, then answers each call in turn. Plain JavaScript, since a Lambda has it as a file of its own.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { weights, threads } = workerData;
const session = await InferenceSession.create(weights, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  // The fused operator is slower on a CPU than the two that it replaces.
  extra: { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } },
});
parentPort.on('message', async (tensors) => {
  try {
    const feeds = tensors.map(({ name, shape, data }) => [
      name,
      new Tensor(data instanceof Float32Array ? 'float32' : 'int64', data, shape),
    ]);
    const found = await session.run(Object.fromEntries(feeds));
    const outputs = Object.entries(found).map(([name, { dims, data }]) => [name, { shape: dims, data }]);
    parentPort.postMessage(
      { outputs: Object.fromEntries(outputs) },
      outputs.map(([, { data }]) => data.buffer),
    );
  } catch (error) {
    parentPort.postMessage({ error });
  }
});
parentPort.postMessage({ inputNames: session.inputNames, outputNames: session.outputNames });
