/** The PyTorch code that figures hand out, run as it stands, beside the engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { pytorchCode } from '../../src/components/figures/pytorchCode.ts';
import { decodeNpy, encodeNpy } from '../../src/draw/npy.ts';
import { normalNoise } from '../../src/engine/inputs/normalNoise.ts';
import { methodNamed } from '../../src/engine/methods/index.ts';
import { resolveOptions, type OptionValue } from '../../src/engine/methods/options.ts';
import type { Model, Run } from '../../src/engine/model.ts';
import { seededRandom } from '../../src/engine/random.ts';
import type { Target } from '../../src/engine/targets.ts';
import { nodeBound } from '../support/backends.ts';
import { relativeError } from '../support/closeness.ts';
import { readGolden } from '../support/goldens.ts';
import { readManifest, shippedModel } from '../support/models.ts';
import { pythonWithTorch, withoutTorch } from '../support/pytorch.ts';
import { modelsFolder, root } from '../support/repository.ts';

const id = 'smallcnn-cifar10';
const layer = 'features.5';
const size = 3 * 32 * 32;

const uniform = (count: number, samples: number, seed: number) =>
  Array.from({ length: samples }, (_, sample) => {
    const random = seededRandom(seed, sample);
    return Array.from({ length: count }, random);
  }).flat();

/** The engine's random numbers in place of PyTorch's, as the script's `noise` or `draws`. */
interface Numbers {
  readonly name: 'noise' | 'draws';
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

interface Example {
  readonly method: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly numbers?: Numbers;
  readonly target?: Pick<Target, 'kind'> & { readonly class?: number; readonly against?: number };
}

const smoothNoise: Numbers = {
  name: 'noise',
  shape: [8, 3, 32, 32],
  values: Array.from({ length: 8 }, (_, sample) => [...normalNoise(size, 1, sample)]).flat(),
};

/** A class whose probability is not near 1, where float32 has few digits left of what is missing to 1. */
const unlikely = 4;

const examples: readonly Example[] = [
  { method: 'saliency' },
  {
    method: 'saliency',
    options: { reduction: 'l2' },
    target: { kind: 'probability', class: unlikely },
  },
  {
    method: 'saliency',
    options: { reduction: 'sum' },
    target: { kind: 'log-probability', class: unlikely },
  },
  { method: 'gradient-x-input', target: { kind: 'difference', against: 5 } },
  ...['mean', 'squared', 'variance'].map((form) => ({
    method: 'smoothgrad',
    options: { form, samples: 8, sigma: 0.1 },
    numbers: smoothNoise,
  })),
  {
    method: 'smoothgrad',
    options: { convention: 'captum', samples: 8, sigma: 0.3, reduction: 'l2' },
    numbers: smoothNoise,
  },
  ...['black', 'white', 'mean'].map((baseline) => ({
    method: 'integrated-gradients',
    options: { baseline, steps: 6 },
  })),
  {
    method: 'integrated-gradients',
    options: { baseline: 'blurred', steps: 6, rule: 'gauss-legendre' },
  },
  {
    method: 'integrated-gradients',
    options: { baseline: 'noise', steps: 6 },
    numbers: { name: 'noise', shape: [1, 3, 32, 32], values: uniform(size, 1, 1) },
  },
  {
    method: 'expected-gradients',
    options: { samples: 8 },
    numbers: { name: 'draws', shape: [8, 2], values: uniform(2, 8, 1) },
  },
  { method: 'blur-ig', options: { steps: 6, sigma: 0.2 } },
  { method: 'guided-backprop' },
  { method: 'deconvnet', options: { reduction: 'l2' } },
  { method: 'guided-x-input' },
  { method: 'occlusion', options: { window: 0.25, stride: 0.75, baseline: 'blurred' } },
  { method: 'occlusion', options: { window: 0.3, stride: 0.6 } },
  {
    method: 'rise',
    options: { masks: 16, cells: 5, probability: 0.4 },
    numbers: { name: 'draws', shape: [16, 27], values: uniform(27, 16, 1) },
  },
  { method: 'grad-cam' },
  { method: 'guided-grad-cam' },
  { method: 'guided-grad-cam', options: { upsampling: 'captum' } },
];

const torch = pythonWithTorch();
const reason = !torch
  ? withoutTorch
  : spawnSync(torch.python, ['-c', 'import numpy, PIL']).status === 0
    ? undefined
    : 'no NumPy or Pillow beside PyTorch (Debian: apt-get install python3-pil)';

/** Milliseconds: on a busy processor PyTorch alone takes half a minute to import. */
const patience = 240_000;

/** Runs scripts one after the other in one process: PyTorch takes seconds to import. */
const runner = `import runpy, sys, torch
torch.set_num_threads(1)
for script in sys.argv[1:]:
    runpy.run_path(script)`;

describe('PyTorch code', () => {
  let folder: string;
  let model: Model;
  let run: Run;
  let index: number;

  beforeAll(async () => {
    await startNodeBackend('wasm');
    const golden = await readGolden({ model: id, input: 'horse' });
    model = await shippedModel(id);
    run = model.run(golden.pixels);
    index = golden.class;
    folder = await mkdtemp(join(tmpdir(), 'pytorch-code-'));
    if (reason) return;
    await copyFile(join(modelsFolder, id, 'model.safetensors'), join(folder, 'model.safetensors'));
    for (const picture of ['horse.webp', 'chelsea.webp'])
      await copyFile(join(root, 'public/images', picture), join(folder, picture));
    const scripts = await Promise.all(examples.map((example, i) => writeScript(example, i)));
    execFileSync(torch!.python, ['-c', runner, ...scripts], { cwd: folder, stdio: 'pipe' });
  }, patience);

  afterAll(async () => {
    run.dispose();
    await model.dispose();
    await rm(folder, { recursive: true });
  });

  const targetOf = ({ target }: Example) => ({
    kind: 'logit' as const,
    class: index,
    ...target,
  });

  /** The script as figures give it, but for where its random numbers come from and its map goes. */
  async function writeScript(example: Example, i: number): Promise<string> {
    const { architecture, labels, preprocessing } = await readManifest(id);
    const method = await methodNamed(example.method);
    const script = pytorchCode({
      method: example.method,
      options: resolveOptions(method, example.options) as Record<string, OptionValue>,
      layer,
      target: targetOf(example),
      label: labels[index]!,
      architecture,
      preprocessing,
      weights: 'model.safetensors',
      picture: 'horse.webp',
      references: ['chelsea.webp'],
    })!;
    const own = script.replace(`"${example.method}.npy"`, `"map-${i}.npy"`);
    expect(own).not.toBe(script);
    const { numbers } = example;
    if (numbers)
      await writeFile(
        join(folder, `numbers-${i}.npy`),
        encodeNpy(Float32Array.from(numbers.values), numbers.shape),
      );
    const fed = numbers
      ? own.replace(
          new RegExp(`^${numbers.name} = torch\\.rand.*$`, 'm'),
          `${numbers.name} = torch.from_numpy(np.load("numbers-${i}.npy"))`,
        )
      : own;
    expect(fed.includes('torch.rand')).toBe(false);
    await writeFile(join(folder, `script-${i}.py`), fed);
    return `script-${i}.py`;
  }

  it.for(examples.map((example, i) => [i, example.method, example] as const))(
    '%i, %s, gives the map of the engine',
    async ([i, , example], { skip }) => {
      skip(reason !== undefined, reason);
      const method = await methodNamed(example.method);
      const { preprocessing } = await readManifest(id);
      const { pixels } = await readGolden({ model: id, input: 'chelsea' });
      const { map } = await method.explain(run, {
        target: targetOf(example),
        options: example.options,
        layer: method.atLayer ? layer : undefined,
        preprocessing,
        references: pixels,
      });
      const { data, shape } = decodeNpy(await readFile(join(folder, `map-${i}.npy`)));
      expect(shape).toEqual(map.shape);
      expect(relativeError(data, map.data)).toBeLessThan(nodeBound);
    },
  );

  it('says nothing of a method that it does not know', async () => {
    const { architecture, preprocessing } = await readManifest(id);
    const request = { architecture, preprocessing, weights: 'w', picture: 'p', label: 'cat' };
    const target = { kind: 'logit', class: 3 } as const;
    expect(pytorchCode({ ...request, method: 'lime', options: {}, target })).toBeUndefined();
  });
});
