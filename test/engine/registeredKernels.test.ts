/** No operation of the engine may meet a backend that was bundled without its kernel. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesIn, root } from '../support/repository.ts';

/** WASM has no complex numbers, which the engine does not use; `abs` and `cast` would take them. */
const complexNumbers = ['Complex', 'ComplexAbs', 'Imag', 'Real'];

/** The modules that a browser gets, in one file that Node can run, without what nobody calls. */
async function bundle(lines: readonly string[], external: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts' },
    external,
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/** Names of the kernels in all calls of `runKernel` that code of the engine can come to. */
async function reachableKernels(): Promise<string[]> {
  const files = filesIn(join(root, 'src/engine'), '.ts').filter((f) => !f.startsWith('backends/'));
  const lines = files.map((file, index) => `export * as m${index} from './src/engine/${file}';`);
  const code = await bundle(lines, ['@tensorflow/tfjs-backend-*']);
  const assigned = code.matchAll(/^\s*(?:var )?([\w$]+) = "(\w+)";$/gm);
  const names = new Map([...assigned].map(([, variable, name]) => [variable!, name!]));
  const calls = [...code.matchAll(/\.runKernel\(\s*([\w$]+)/g)].map(([, variable]) => variable!);
  return [...new Set(calls.map((call) => names.get(call) ?? `what ${call} stands for`))].sort();
}

/** What a bundle with all backends, as the engine loads them, says that it can run. */
interface Bundled {
  getKernelsForBackend(name: string): ReadonlyArray<{ kernelName: string }>;
}

async function loadBundled(): Promise<Bundled> {
  const folder = join(root, 'test-results/kernels');
  const file = join(folder, 'backends.cjs');
  const code = await bundle([
    `import './src/engine/backends/webgpu.ts';`,
    `import './src/engine/backends/webgl.ts';`,
    `import '@tensorflow/tfjs-backend-wasm';`,
    `import '@tensorflow/tfjs-backend-cpu';`,
    `export { getKernelsForBackend } from '@tensorflow/tfjs-core';`,
  ]);
  await mkdir(folder, { recursive: true });
  await writeFile(file, code);
  return createRequire(import.meta.url)(file) as Bundled;
}

let reachable: string[];
let bundled: Bundled;

beforeAll(async () => {
  reachable = await reachableKernels();
  bundled = await loadBundled();
});

describe('kernels that the engine can ask for', () => {
  it('are found in its code, each with its name', () => {
    const certain = ['Add', 'Conv2D', 'Conv2DBackpropInput', 'MaxPool', 'StridedSlice', 'Sum'];
    expect(reachable).toEqual(expect.arrayContaining(certain));
    expect(reachable.filter((name) => !/^[A-Z_]\w+$/.test(name))).toEqual([]);
  });

  it.for(['webgpu', 'webgl', 'cpu', 'wasm'])('are registered for %s', (backend) => {
    const registered = bundled.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    const missing = reachable.filter((name) => !registered.includes(name));
    expect(missing).toEqual(backend === 'wasm' ? complexNumbers : []);
  });

  it('do not come with all that there are', () => {
    const count = (backend: string) => bundled.getKernelsForBackend(backend).length;
    expect(count('webgpu')).toBeLessThan(100);
    expect(count('webgl')).toBe(count('webgpu'));
  });
});
