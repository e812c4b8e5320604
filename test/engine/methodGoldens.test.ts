/** Every attribution method on pictures of the shipped networks beside PyTorch's formulas. */
import { describe, expect, it } from 'vitest';
import { methodIds, methodNamed } from '../../src/engine/methods/index.ts';
import { nodeBound, onEachBackend } from '../support/backends.ts';
import { beyond, ErrorTable } from '../support/closeness.ts';
import { methodGoldenNames, readMethodGolden } from '../support/methodGoldens.ts';
import { readManifest, shippedModel } from '../support/models.ts';
import { noteWorst } from '../support/worst.ts';

const names = methodGoldenNames();

/** Plain JavaScript takes ten times as long: there one picture of the small networks is compared. */
const slowInputs = ['horse', 'digit-7'];
const namesOn = (backend: string) =>
  names.filter(
    ({ model, input }) =>
      backend !== 'cpu' || (!model.startsWith('resnet') && slowInputs.includes(input)),
  );

describe('goldens of methods', () => {
  it('are there for three pictures', () => {
    const inputs = names.filter(({ model }) => model === 'smallcnn-cifar10');
    expect(inputs.map(({ input }) => input)).toEqual(['chelsea', 'horse', 'noise']);
  });

  it('are there for every method', async () => {
    const small = names.filter(({ model }) => model === 'smallcnn-cifar10');
    const goldens = await Promise.all(small.map(readMethodGolden));
    const compared = new Set(goldens.flatMap(({ cases }) => cases.map(({ method }) => method)));
    expect(methodIds.filter((id) => !compared.has(id))).toEqual([]);
  });

  onEachBackend((backend) => {
    it.for(namesOn(backend))('$model, $input', { timeout: 240_000 }, async (name, { task }) => {
      const { golden, references, cases } = await readMethodGolden(name);
      const { preprocessing } = await readManifest(name.model);
      const model = await shippedModel(name.model);
      const run = model.run(golden.pixels);
      const table = new ErrorTable();
      for (const { method: id, options, layer, target, ...expected } of cases) {
        const method = await methodNamed(id);
        const { map, details } = await method.explain(run, {
          target: target ?? { kind: 'logit', class: golden.class },
          layer,
          options,
          preprocessing,
          references,
        });
        table.add(expected.name, map, expected.map);
        for (const [detail, expectation] of expected.details)
          table.add(`${expected.name}/${detail}`, details[detail]!, expectation);
      }
      run.dispose();
      await model.dispose();

      noteWorst(task, `${backend} in Node, methods`, table.errors, nodeBound);
      expect(beyond(table.errors, nodeBound)).toEqual([]);
      expect(Object.keys(table.errors).length).toBeGreaterThan(20);
    });
  });
});
