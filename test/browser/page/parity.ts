/** Runs in the browser: compares the engine with PyTorch's goldens on one backend. */
import { backend, memory } from '@tensorflow/tfjs-core';
import { startBackend, type BackendName, type BackendReport } from '../../../src/engine/backend.ts';
import { capture } from '../../../src/engine/capture.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { TensorData } from '../../../src/engine/layout.ts';
import { rectifiedLayers, sparsity } from '../../../src/engine/lenses/sparsity.ts';
import { parseManifest, type ModelManifest } from '../../../src/engine/manifest.ts';
import { methodNamed } from '../../../src/engine/methods/index.ts';
import type { Model, Run } from '../../../src/engine/model.ts';
import { openModel } from '../../../src/engine/openModel.ts';
import { HttpSource } from '../../../src/engine/weights/byteSource.ts';
import { ErrorTable, type Errors } from '../../support/closeness.ts';
import { goldenFrom } from '../../support/goldenFile.ts';
import { methodGoldenFrom } from '../../support/methodCases.ts';
import { opCases, runOpCase } from '../../support/opCases.ts';
import { readTensors } from '../../support/tensorFile.ts';

const at = (path: string) => new URL(path, location.origin).href;

async function fetchTensors(path: string) {
  const response = await fetch(at(path));
  return readTensors(new Uint8Array(await response.arrayBuffer()), path);
}

async function fetchManifest(id: string): Promise<ModelManifest> {
  return parseManifest(await (await fetch(at(`public/models/${id}/model.json`))).text(), id);
}

/** @param inputSize where a golden's is not the model's own */
async function fetchModel(id: string, inputSize: number): Promise<Model> {
  const folder = at(`public/models/${id}/`);
  const manifest = await fetchManifest(id);
  const architecture = { ...manifest.architecture, inputSize };
  const source = new HttpSource(`${folder}${manifest.weights.file}`);
  return openModel({ ...manifest, architecture }, source);
}

/** A golden's input on its way through its model; what both tests of an input need is computed once. */
interface Opened {
  readonly key: string;
  readonly model: Model;
  readonly run: Run;
}
let opened: Opened | undefined;

async function close(): Promise<void> {
  opened?.run.dispose();
  await opened?.model.dispose();
  opened = undefined;
}

async function runOn(id: string, input: string, pixels: TensorData): Promise<Opened> {
  const key = `${id} ${input}`;
  if (opened?.key === key) return opened;
  await close();
  const model = await fetchModel(id, pixels.shape[2]!);
  return (opened = { key, model, run: model.run(pixels) });
}

/** Zeros, and channels of nothing else. */
function zerosOf({ shape, data }: TensorData): string {
  const channels = shape[1]!;
  const cells = data.length / channels;
  const zeros = Array.from({ length: channels }, (_, channel) => {
    const map = data.subarray(channel * cells, (channel + 1) * cells);
    return map.reduce((count, value) => count + Number(value === 0), 0);
  });
  const silent = zeros.filter((count) => count === cells).length;
  return `${zeros.reduce((a, b) => a + b)} ${silent}`;
}

export const parity = {
  /** The report, or the reason why the backend is not there. */
  async start(preferred: BackendName): Promise<BackendReport | string> {
    const wasmPaths = at('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    try {
      return await startBackend({ preferred, wasmPaths });
    } catch (error) {
      if (error instanceof EngineError) return error.message;
      throw error;
    }
  },

  /** Logits, and activations and gradients at every module and the input. */
  async model(id: string, input: string): Promise<Errors> {
    const golden = goldenFrom(
      id,
      input,
      await fetchTensors(`test/golden/${id}/${input}.safetensors`),
    );
    const { model, run } = await runOn(id, input, golden.pixels);
    const layers = model.modules.map(({ name }) => name);
    const result = await capture(run, {
      layers,
      gradients: ['input', ...layers],
      target: { kind: 'logit', class: golden.class },
    });
    const table = new ErrorTable();
    table.add('logits', result.logits!, golden.logits);
    for (const layer of layers)
      table.add(`activation ${layer}`, result.activations[layer]!, golden.activation(layer));
    for (const layer of ['input', ...layers])
      table.add(`gradient ${layer}`, result.gradients[layer]!, golden.gradient(layer));
    return table.errors;
  },

  /** The first golden of each of these methods, of a logit. */
  async methods(id: string, input: string, ids: readonly string[]): Promise<Errors> {
    const { golden, cases } = await methodGoldenFrom(id, input, (path) =>
      fetchTensors(`test/golden/${path}`),
    );
    const { preprocessing } = await fetchManifest(id);
    const { run } = await runOn(id, input, golden.pixels);
    const table = new ErrorTable();
    for (const name of ids) {
      const { layer, options, map } = cases.find((one) => one.method === name && !one.target)!;
      const method = await methodNamed(name);
      const target = { kind: 'logit', class: golden.class } as const;
      const found = await method.explain(run, { target, layer, options, preprocessing });
      table.add(name, found.map, map);
    }
    return table.errors;
  },

  /** Zeros and silent channels of every ReLU, as the backend counts them and as its activations have them. */
  async zeros(id: string, input: string): Promise<Record<'counted' | 'read', string[]>> {
    const golden = goldenFrom(
      id,
      input,
      await fetchTensors(`test/golden/${id}/${input}.safetensors`),
    );
    const model = await fetchModel(id, golden.pixels.shape[2]!);
    const run = model.run(golden.pixels);
    const layers = rectifiedLayers(model.modules);
    const found = await sparsity(run, layers);
    const { activations } = await capture(run, { layers });
    run.dispose();
    await model.dispose();
    const total = (layer: string) => activations[layer]!.data.length;
    return {
      counted: found.map(
        ({ layer, zeroShare, silentChannels }) =>
          `${layer} ${Math.round(zeroShare * total(layer))} ${silentChannels}`,
      ),
      read: layers.map((layer) => `${layer} ${zerosOf(activations[layer]!)}`),
    };
  },

  /** Outputs and input gradients of the operations of one kind; one odd size, since every shape is a new shader. */
  async operations(op: string): Promise<Errors> {
    const table = new ErrorTable();
    for (const entry of opCases(await fetchTensors('test/golden/ops.safetensors'))) {
      if (entry.op !== op || !entry.name.includes('.8x9')) continue;
      const { output, inputGradient } = await runOpCase(entry);
      table.add(`${entry.name} output`, output, entry.output);
      table.add(`${entry.name} gradient`, inputGradient, entry.inputGradient);
    }
    return table.errors;
  },

  /** Takes the WebGL context away, as a browser may at any time. */
  loseContext(): void {
    const { gl } = (backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu;
    gl.getExtension('WEBGL_lose_context')!.loseContext();
  },

  /** Code of the error that a capture ends in, or `none`. */
  async failure(id: string, input: string): Promise<string> {
    try {
      await parity.model(id, input);
      return 'none';
    } catch (error) {
      return error instanceof EngineError ? error.code : String(error);
    }
  },

  /** How many tensors there are when no input is open. */
  async tensors(): Promise<number> {
    await close();
    return memory().numTensors;
  },
};

declare global {
  interface Window {
    parity: typeof parity;
  }
}

window.parity = parity;
