/**
 * A real Triton server with its SageMaker port, from the wheel `nvidia-pytriton`, kept in node_modules/.cache. The wheel
 * has the Python backend only, so that backend runs the bundle's model.onnx by ONNX Runtime; all else of the bundle's
 * config.pbtxt stands as it is.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, request as send } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensurePython } from '../../cli/python.ts';
import { ROOT } from './system.ts';

const run = promisify(execFile);
const WHEEL = 'nvidia-pytriton';
const VERSION = '0.7.0';
const READY_MS = 90_000;

export interface TritonFound {
  /** Folder with `bin`, `backends` and libraries. */
  server: string;
  libraries: string[];
  /** Where Python finds NumPy and ONNX Runtime. */
  packages: string;
}

export interface Triton {
  /** What AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME should be: SageMaker's own path in front of the container's. */
  url: string;
  /** The container's own address. */
  container: string;
  stop(): Promise<void>;
}

/** @returns the server to use, or undefined after printing why there is none */
export async function findTriton(): Promise<TritonFound | undefined> {
  try {
    return await installed();
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    process.stderr.write(`tests on a real Triton are skipped: ${reason}\n`);
    return undefined;
  }
}

async function installed(): Promise<TritonFound> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`${WHEEL} has no server for ${process.platform} ${process.arch}`);
  const python = await ensurePython(() => {});
  const ask =
    'import sys, sysconfig as s; print(f"{sys.version_info[0]}.{sys.version_info[1]}", s.get_config_var("LIBDIR"), s.get_path("purelib"), sep="\\n")';
  const [version, library, packages] = (await run(python, ['-c', ask])).stdout.trim().split('\n') as [
    string,
    string,
    string,
  ];
  const folder = join(ROOT, 'node_modules', '.cache', `triton-${VERSION}-python-${version}`);
  const server = join(folder, 'pytriton', 'tritonserver');
  const done = join(folder, 'done');
  if (!existsSync(done)) {
    process.stderr.write(`installing ${WHEEL} ${VERSION} for the tests on Triton (140 MB, once)\n`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const uv = join(dirname(python), '..', 'tools', 'bin', 'uv');
    await run(uv, [
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--python',
      python,
      '--target',
      folder,
      `${WHEEL}==${VERSION}`,
    ]);
    const stub = join(server, 'python_backend_stubs', version, 'triton_python_backend_stub');
    if (!existsSync(stub)) throw new Error(`${WHEEL} has no stub for Python ${version}`);
    cpSync(stub, join(server, 'backends', 'python', 'triton_python_backend_stub'));
    writeFileSync(done, '');
  }
  return { server, libraries: [library, join(folder, 'nvidia_pytriton.libs')], packages };
}

/** @throws Error with what the server printed, when it does not become ready */
export async function startTriton(found: TritonFound, bundle: string): Promise<Triton> {
  const folder = mkdtempSync(join(tmpdir(), 'triton-'));
  writeRepository(folder, bundle);
  const port = await freePort();
  const child = spawn(
    join(found.server, 'bin', 'tritonserver'),
    [
      `--model-repository=${folder}`,
      `--backend-directory=${join(found.server, 'backends')}`,
      `--cache-directory=${join(found.server, 'caches')}`,
      '--allow-http=false',
      '--allow-grpc=false',
      '--allow-metrics=false',
      '--allow-sagemaker=true',
      `--sagemaker-port=${port}`,
    ],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        SAGEMAKER_TRITON_DEFAULT_MODEL_NAME: 'buy_timing',
        LD_LIBRARY_PATH: found.libraries.join(':'),
        MODEL_PACKAGES: found.packages,
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const container = `http://127.0.0.1:${port}`;
  const end = async () => {
    await ended(child);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const reply = await fetch(`${container}/ping`).catch(() => undefined);
    if (reply?.ok) break;
    if (child.exitCode !== null || Date.now() > deadline) {
      await end();
      throw new Error(
        `Triton is not ready: ${output
          .split('\n')
          .filter((line) => /^E|error/i.test(line))
          .join('\n')
          .slice(0, 3_000)}`,
      );
    }
    await sleep(200);
  }
  const front = await startFront(port);
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    container,
    async stop() {
      front.closeAllConnections();
      front.close();
      await end();
    },
  };
}

/** The backend's interpreter does not read PYTHONPATH. */
const MODEL = `
import os
import sys

sys.path.append(os.environ["MODEL_PACKAGES"])
import numpy
import onnxruntime
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, args):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        file = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.names = [output.name for output in self.session.get_outputs()]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        # By DLPack: this Triton was built for NumPy 1, and neither reads nor writes arrays of NumPy 2.
        inputs = {tensor.name(): numpy.from_dlpack(tensor).copy() for tensor in request.inputs()}
        found = self.session.run(self.names, inputs)
        return triton.InferenceResponse([triton.Tensor.from_dlpack(name, value) for name, value in zip(self.names, found)])
`;

function writeRepository(folder: string, bundle: string): void {
  const from = join(bundle, 'repository', 'buy_timing');
  const to = join(folder, 'buy_timing');
  mkdirSync(join(to, '1'), { recursive: true });
  const config = readFileSync(join(from, 'config.pbtxt'), 'utf8')
    .replace('backend: "onnxruntime"', 'backend: "python"')
    .replaceAll('KIND_GPU', 'KIND_CPU');
  writeFileSync(join(to, 'config.pbtxt'), config);
  writeFileSync(join(to, '1', 'model.py'), MODEL);
  symlinkSync(join(from, '1', 'model.onnx'), join(to, '1', 'model.onnx'));
}

/** What SageMaker does between a client and the container: its path, and the container's reply as it is. */
async function startFront(port: number): Promise<Server> {
  const front = createServer((incoming, reply) => {
    const path = /^\/endpoints\/[^/]+\/invocations$/.test(incoming.url ?? '') ? '/invocations' : '/nothing';
    const { 'content-type': type, 'content-length': length } = incoming.headers;
    const headers = { 'content-type': type, 'content-length': length };
    const onward = send({ host: '127.0.0.1', port, method: incoming.method, path, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return front;
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await closed;
  clearTimeout(late);
}
