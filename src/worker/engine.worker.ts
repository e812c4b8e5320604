import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { expose } from 'comlink';
import { startBackend } from '../engine/backend.ts';
import { describeError, Dispatcher } from './dispatch.ts';
import { httpModelFiles } from './models.ts';
import type { EngineWorker } from './protocol.ts';

/**
 * TensorFlow.js picks one of the files by what the processor can do. It insists on a name for the
 * threaded one too, which is never asked for: static hosts do not isolate pages, so threads are off.
 */
const wasmPaths = Object.fromEntries(
  Object.entries({
    'tfjs-backend-wasm.wasm': wasmPlain,
    'tfjs-backend-wasm-simd.wasm': wasmSimd,
    'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd,
  }).map(([name, url]) => [name, new URL(url, self.location.href).href]),
);

let dispatcher: Dispatcher | undefined;

const engine: EngineWorker = {
  async start({ base, preferred, excluded }) {
    try {
      const report = await startBackend({ preferred, excluded, wasmPaths });
      dispatcher = new Dispatcher(httpModelFiles(base));
      return { ok: true, value: report };
    } catch (error) {
      return { ok: false, ...describeError(error) };
    }
  },
  request(id, kind, params, onProgress, onPreview) {
    if (!dispatcher) throw new Error('the engine was asked before it was started');
    return dispatcher.request(id, kind, params, onProgress, onPreview);
  },
  cancel(id) {
    dispatcher?.cancel(id);
  },
};

expose(engine);
