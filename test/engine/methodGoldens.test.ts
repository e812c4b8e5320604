/** Every attribution method on pictures of the shipped networks beside PyTorch's formulas. */
import { describe, expect, it } from 'vitest';
import { baseline } from '../../src/engine/inputs/baselines.ts';
import { normalNoise } from '../../src/engine/inputs/normalNoise.ts';
import { riseMask } from '../../src/engine/inputs/riseMask.ts';
import { allMethods, methodIds } from '../../src/engine/methods/index.ts';
import { compareMethodGoldens } from '../support/compareMethodGoldens.ts';
import type { MethodCase } from '../support/methodCases.ts';
import { methodGoldenNames, readMethodGolden } from '../support/methodGoldens.ts';

const names = methodGoldenNames();
const models = ['resnet18-objects11', 'smallcnn-cifar10'];

/** Options of the whole family of class-activation methods: one piece of code for all, compared by Grad-CAM. */
const shared = new Set(['relu', 'scale', 'augmentation', 'component']);

describe('goldens of methods', () => {
  it.each(models)('are there for three pictures of %s', (id) => {
    const inputs = names.filter(({ model }) => model === id);
    expect(inputs.map(({ input }) => input)).toEqual(['chelsea', 'horse', 'noise']);
  });

  it.for(names)('are there for every method on $model, $input', async (name, { task }) => {
    const { cases, dropped, leftOut } = await readMethodGolden(name);
    const compared = new Set(cases.map(({ method }) => method));
    expect(methodIds.filter((id) => !compared.has(id))).toEqual([]);
    const where = `goldens of methods, ${name.model}, ${name.input}`;
    const tensors = Object.values(dropped);
    const lost = tensors.reduce((sum, positions) => sum + positions.length, 0);
    task.meta.notes = [
      ...Object.entries(leftOut).map(([called, reason]) => `${where}: no ${called}: ${reason}`),
      ...(lost === 0
        ? []
        : [`${where}: rounding decides ${lost} values of ${tensors.length} tensors, dropped`]),
    ];
  });

  it.for(names)('have every choice of every method on $model, $input', async (name) => {
    const { cases, leftOut } = await readMethodGolden(name);
    const known = [...cases, ...Object.keys(leftOut).map(described)];
    const missing = (await allMethods()).flatMap(({ id, options }) =>
      options.flatMap((option) =>
        option.kind !== 'choice' || (shared.has(option.name) && id !== 'grad-cam')
          ? []
          : option.choices
              .filter(
                (choice) =>
                  !known.some((one) => one.method === id && chosen(one, option) === choice),
              )
              .map((choice) => `${id} ${option.name}=${choice}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  it.for(names)('were made of the random numbers of the engine, $model, $input', async (name) => {
    const { golden, noise } = await readMethodGolden(name);
    const { pixels } = golden;
    const size = pixels.data.length;
    const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
    const generators = {
      normal: (stream: number) => normalNoise(size, 1, stream),
      uniform: () => baseline('noise', pixels, plain, 1).data,
      mask: (stream: number) =>
        riseMask(pixels.shape[3]!, stream, { cells: 5, probability: 0.4, seed: 1 }),
    };
    expect(new Set(noise.map(({ generator }) => generator)).size).toBe(3);
    for (const { generator, stream, values } of noise) {
      const data = generators[generator](stream);
      expect(values({ shape: [data.length], data }), generator).toBeLessThan(1e-6);
    }
  });
});

compareMethodGoldens('smallcnn-cifar10');

/** What the name of a case tells: `smoothgrad.form=mean,samples=8`, and what follows an `@` or a `!`. */
function described(called: string): Pick<MethodCase, 'method' | 'options'> {
  const [method, options = ''] = called.split(/[@!]/)[0]!.split(/\.(.*)/s);
  const pairs = options.split(',').map((pair) => pair.split('='));
  return { method: method!, options: Object.fromEntries(pairs) as MethodCase['options'] };
}

/** The choice that a case has of an option, the method's own where it tells none. */
function chosen(
  { options }: Pick<MethodCase, 'options'>,
  { name, default: usual }: { readonly name: string; readonly default: unknown },
): unknown {
  return options[name] ?? usual;
}
