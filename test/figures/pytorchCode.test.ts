/** The PyTorch code that figures hand out, run as it stands, beside the engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { signedSum } from '../../src/components/figures/attributionMap.ts';
import { orderedChannels, partialSum } from '../../src/components/figures/gradCamChannels.ts';
import { pytorchCode } from '../../src/components/figures/pytorchCode.ts';
import { readPicture } from '../../cli/nodePicture.ts';
import { decodeNpy, encodeNpy } from '../../src/draw/npy.ts';
import { capture } from '../../src/engine/capture.ts';
import type { TensorData } from '../../src/engine/layout.ts';
import { methodIds, methodNamed } from '../../src/engine/methods/index.ts';
import type { Attribution } from '../../src/engine/methods/method.ts';
import { resolveOptions, type OptionValue } from '../../src/engine/methods/options.ts';
import type { Model, Run } from '../../src/engine/model.ts';
import { networkView, normalize } from '../../src/engine/preprocess.ts';
import { nodeBound } from '../support/backends.ts';
import { likeness, relativeError } from '../support/closeness.ts';
import { readManifest, shippedModel } from '../support/models.ts';
import { pythonWithTorch, withoutTorch } from '../support/pytorch.ts';
import { codeExamples, residualExamples, type CodeExample } from '../support/pytorchExamples.ts';
import { modelsFolder, root } from '../support/repository.ts';

const networks = [
  { id: 'smallcnn-cifar10', layer: 'features.5', examples: codeExamples },
  { id: 'resnet18-objects11', layer: 'layer4', examples: residualExamples },
];
const pictures = ['horse.webp', 'chelsea.webp'] as const;
/** Where rounding decides a unit, gradients differ within its field, and hardly in direction. */
const sameDirection = 0.999;

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

describe.each(networks)('PyTorch code for $id', ({ id, layer, examples }) => {
  let folder: string;
  let model: Model;
  let run: Run;
  let index: number;

  beforeAll(async () => {
    await startNodeBackend('wasm');
    model = await shippedModel(id);
    run = model.run(await pixelsOf(pictures[0]));
    const { logits } = await capture(run, { target: { kind: 'logit', class: 0 } });
    index = logits!.data.indexOf(Math.max(...logits!.data));
    folder = await mkdtemp(join(tmpdir(), 'pytorch-code-'));
    if (reason) return;
    await copyFile(join(modelsFolder, id, 'model.safetensors'), join(folder, 'model.safetensors'));
    for (const picture of pictures)
      await copyFile(join(root, 'public/images', picture), join(folder, picture));
    const scripts = await Promise.all(examples.map((example, i) => writeScript(example, i)));
    execFileSync(torch!.python, ['-c', runner, ...scripts], { cwd: folder, stdio: 'pipe' });
  }, patience);

  afterAll(async () => {
    run.dispose();
    await model.dispose();
    await rm(folder, { recursive: true });
  });

  async function pixelsOf(picture: string): Promise<TensorData> {
    const { preprocessing } = await readManifest(id);
    const bitmap = await readPicture(join(root, 'public/images', picture));
    return normalize(networkView(bitmap, preprocessing), preprocessing);
  }

  const targetOf = ({ target }: CodeExample) => ({
    kind: 'logit' as const,
    class: index,
    ...target,
  });

  /** The script as figures give it, but for where its random numbers come from and its map goes. */
  async function writeScript(example: CodeExample, i: number): Promise<string> {
    const { architecture, labels, preprocessing } = await readManifest(id);
    const method = await methodNamed(example.method);
    const script = pytorchCode({
      method: example.method,
      options: {
        ...(resolveOptions(method, example.options) as Record<string, OptionValue>),
        ...(example.shown?.signed && { reduction: 'signed' }),
      },
      part: example.shown?.part,
      negated: example.shown?.negated,
      layer: example.layer ?? layer,
      target: targetOf(example),
      label: labels[index]!,
      architecture,
      preprocessing,
      weights: 'model.safetensors',
      picture: pictures[0],
      references: [pictures[1]],
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
          new RegExp(`^( *)${numbers.name} = torch\\.rand.*$`, 'm'),
          `$1${numbers.name} = torch.from_numpy(np.load("numbers-${i}.npy"))`,
        )
      : own;
    expect(fed.includes('torch.rand')).toBe(false);
    await writeFile(join(folder, `script-${i}.py`), fed);
    return `script-${i}.py`;
  }

  /** The method's map, or what a figure draws in its place. */
  async function shownMap(found: Attribution, { shown }: CodeExample): Promise<TensorData> {
    if (shown?.signed) return signedSum(found)!;
    const { layer: at, details, map } = found;
    if (shown?.negated)
      return { ...map, data: details['signed']!.data.map((value) => Math.max(0, -value)) };
    if (!shown?.part) return map;
    const { activations } = await capture(run, { layers: [at!] });
    const { sort, channels } = shown.part;
    const order = orderedChannels(details['alpha']!.data, activations[at!]!, sort);
    const sum = partialSum(order.slice(0, channels), activations[at!]!);
    return { ...map, data: sum.map((value) => Math.max(0, value)) };
  }

  it.for(examples.map((example, i) => [i, example.method, example] as const))(
    '%i, %s, gives the map of the engine',
    async ([i, , example], { skip }) => {
      skip(reason !== undefined, reason);
      const method = await methodNamed(example.method);
      const { preprocessing } = await readManifest(id);
      const found = await method.explain(run, {
        target: targetOf(example),
        options: example.options,
        layer: method.atLayer ? (example.layer ?? layer) : undefined,
        preprocessing,
        references: await pixelsOf(pictures[1]),
      });
      const map = await shownMap(found, example);
      const { data, shape } = decodeNpy(await readFile(join(folder, `map-${i}.npy`)));
      expect(shape).toEqual(map.shape);
      if (example.atKinks) {
        const { cosine, beyond } = likeness(data, map.data, nodeBound);
        expect(cosine).toBeGreaterThan(sameDirection);
        expect(beyond).toBeLessThan(0.5);
      } else expect(relativeError(data, map.data)).toBeLessThan(nodeBound);
    },
  );
});

describe('PyTorch code', () => {
  it('has a script of every method', async () => {
    const tried = new Set(codeExamples.map(({ method }) => method));
    expect(methodIds.filter((method) => !tried.has(method))).toEqual([]);
  });

  it('says nothing of a method that it does not know', async () => {
    const { architecture, preprocessing } = await readManifest(networks[0]!.id);
    const request = { architecture, preprocessing, weights: 'w', picture: 'p', label: 'cat' };
    const target = { kind: 'logit', class: 3 } as const;
    expect(pytorchCode({ ...request, method: 'lime', options: {}, target })).toBeUndefined();
  });
});
