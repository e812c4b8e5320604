/** Runs in the browser: times the engine on one backend, and onnxruntime-web beside it. */
import * as ort from 'onnxruntime-web/wasm';
import { startBackend, type BackendName } from '../../src/engine/backend.ts';
import { capture } from '../../src/engine/capture.ts';
import { parseManifest, type ModelManifest } from '../../src/engine/manifest.ts';
import type { Model } from '../../src/engine/model.ts';
import { openModel } from '../../src/engine/openModel.ts';
import { HttpSource } from '../../src/engine/weights/byteSource.ts';
import { benchInput, captureSamples } from '../captureTimes.ts';
import { medians, sampleTimes } from '../median.ts';
import { methodTimes, type BenchedMethod, type MethodTimes } from '../methodTimes.ts';
import { onnxModel } from '../onnxModel.ts';

const at = (path: string) => new URL(path, location.origin).href;

const folderOf = (id: string) => at(`public/models/${id}/`);

async function fetchManifest(id: string): Promise<ModelManifest> {
  return parseManifest(await (await fetch(`${folderOf(id)}model.json`)).text(), id);
}

async function fetchModel(id: string): Promise<Model> {
  const manifest = await fetchManifest(id);
  return openModel(manifest, new HttpSource(`${folderOf(id)}${manifest.weights.file}`));
}

export const times = {
  /** Median milliseconds of each task, or the reason why there are none. */
  async capture(
    preferred: BackendName,
    id: string,
    rounds: number,
  ): Promise<{ adapter: string; times: Readonly<Record<string, number>> } | string> {
    const wasmPaths = at('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    try {
      const { reason } = await startBackend({ preferred, wasmPaths });
      const model = await fetchModel(id);
      return {
        adapter: reason,
        times: medians(await captureSamples(model, rounds, Math.min(20, rounds))),
      };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },

  /** Milliseconds of each method, once, by its id; or the reason why there are none. */
  async methods(
    preferred: BackendName,
    id: string,
    cases: readonly BenchedMethod[],
    onSoftware: boolean,
  ): Promise<Record<string, MethodTimes> | string> {
    const wasmPaths = at('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    try {
      const { candidates, reason } = await startBackend({ preferred, wasmPaths });
      const hardware = candidates.some(({ name, automatic }) => name === preferred && automatic);
      if (!hardware && !onSoftware) return `${reason}: it would take hours`;
      const model = await fetchModel(id);
      const { preprocessing } = await fetchManifest(id);
      const found: Record<string, MethodTimes> = {};
      for (const benched of cases)
        found[benched.method] = await methodTimes(model, preprocessing, benched, 1);
      return found;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },

  /** Forward passes of both engines, taking turns, on WASM with one thread. */
  async onnx(
    id: string,
    rounds: number,
  ): Promise<{ ort: number; engine: number; difference: number }> {
    const wasmPaths = at('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    await startBackend({ preferred: 'wasm', wasmPaths });
    const model = await fetchModel(id);
    ort.env.wasm.wasmPaths = at('node_modules/onnxruntime-web/dist/');
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(await onnxModel(model));
    const input = benchInput(model.config.inputSize);
    const theirs = async () => {
      const feeds = { input: new ort.Tensor('float32', input.data, [...input.shape]) };
      return (await session.run(feeds))['logits']!.data as Float32Array;
    };
    const ours = async () => {
      const run = model.run(input);
      const { logits } = await capture(run, { target: { kind: 'logit', class: 0 } });
      run.dispose();
      return logits!.data;
    };
    const [a, b] = [await theirs(), await ours()];
    const difference = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    const times = medians(await sampleTimes({ ort: theirs, engine: ours }, rounds));
    return { ...times, difference };
  },
};

declare global {
  interface Window {
    times: typeof times;
  }
}

window.times = times;
