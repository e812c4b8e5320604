import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { startBackend, type BackendName, type BackendReport } from '../src/engine/backend.ts';

/** Folder of the `.wasm` files that come with the WASM backend. */
export function wasmFolder(): string {
  const require = createRequire(import.meta.url);
  return `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
}

/** Starts a backend in Node: WASM, unless another is asked for. */
export function startNodeBackend(preferred: BackendName = 'wasm'): Promise<BackendReport> {
  // Otherwise the CPU backend greets every process with an advertisement for another package.
  enableProdMode();
  return startBackend({ preferred, wasmPaths: wasmFolder() });
}
