import { describe, expect, it } from 'vitest';
import { capture } from '../../src/engine/capture.ts';
import { methodNamed } from '../../src/engine/methods/index.ts';
import type { Target } from '../../src/engine/targets.ts';
import { nodeBound, onEachBackend } from '../support/backends.ts';
import { beyond, ErrorTable } from '../support/closeness.ts';
import { goldenNames, readGolden } from '../support/goldens.ts';
import { shippedModel } from '../support/models.ts';
import { foldersIn, modelsFolder } from '../support/repository.ts';
import { noteWorst } from '../support/worst.ts';

const names = goldenNames();
/** The CPU backend takes half a minute for each pass of a ResNet: there it compares these. */
const slowInputs = ['horse', 'ramp', 'noise-96'];
const namesOn = (backend: string) =>
  names.filter(
    ({ model, input }) =>
      backend !== 'cpu' || !model.startsWith('resnet') || slowInputs.includes(input),
  );

describe('goldens', () => {
  it.each(foldersIn(modelsFolder))('there are at least four inputs for %s', (model) => {
    const inputs = names.filter((name) => name.model === model).map(({ input }) => input);
    expect(inputs.length).toBeGreaterThanOrEqual(4);
    expect(inputs).toEqual(
      expect.arrayContaining(
        model.startsWith('resnet') ? ['noise', 'ramp', 'noise-96'] : ['noise', 'constant'],
      ),
    );
  });

  it('there are models to compare', () => {
    expect(names.map(({ model }) => model)).toEqual(
      expect.arrayContaining(['smallcnn-cifar10', 'mnistcnn']),
    );
  });

  onEachBackend((backend) => {
    it.for(namesOn(backend))(
      '$model, $input: every activation and gradient, logits and maps',
      { timeout: 240_000 },
      async (name, { task }) => {
        const golden = await readGolden(name);
        const model = await shippedModel(golden.model, golden.pixels.shape[2]);
        const run = model.run(golden.pixels);
        const target: Target = { kind: 'logit', class: golden.class };
        const layers = model.modules.map((module) => module.name);
        const result = await capture(run, { layers, gradients: ['input', ...layers], target });

        const saliency = await methodNamed('saliency');
        const gradCam = await methodNamed('grad-cam');
        const table = new ErrorTable();
        table.add('logits', result.logits!, golden.logits);
        for (const layer of layers)
          table.add(`activation ${layer}`, result.activations[layer]!, golden.activation(layer));
        for (const layer of ['input', ...layers])
          table.add(`gradient ${layer}`, result.gradients[layer]!, golden.gradient(layer));
        for (const [map, expected] of golden.methods) {
          const [method, ...rest] = map.split('.');
          const variant = rest.join('.');
          if (method === 'saliency') {
            const options = { reduction: variant };
            const explained = await saliency.explain(run, { target, options });
            table.add(map, explained.map, expected);
          } else {
            const explained = await gradCam.explain(run, {
              target,
              layer: variant,
            });
            table.add(
              map,
              method === 'grad-cam' ? explained.map : explained.details['alpha']!,
              expected,
            );
          }
        }
        run.dispose();
        await model.dispose();

        noteWorst(task, `${backend} in Node`, table.errors, nodeBound);
        expect(beyond(table.errors, nodeBound)).toEqual([]);
        expect(Object.keys(table.errors).length).toBeGreaterThanOrEqual(2 * layers.length + 2);
      },
    );
  });
});
