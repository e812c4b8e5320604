import { describe, expect, it } from 'vitest';
import { methodNamed } from '../../src/engine/methods/index.ts';
import { nodeBound, onEachBackend } from './backends.ts';
import { beyond, ErrorTable } from './closeness.ts';
import { methodGoldenNames, readMethodGolden } from './methodGoldens.ts';
import { readManifest, shippedModel } from './models.ts';
import { noteWorst } from './worst.ts';

/** Plain JavaScript takes ten times as long: there one picture of the small network is compared. */
const slowness = ({ model, input }: { model: string; input: string }) =>
  model.startsWith('resnet')
    ? 'plain JavaScript takes half a minute for each of a hundred passes of a ResNet'
    : input === 'horse'
      ? undefined
      : 'plain JavaScript compares one picture';

/** Defines the tests of all methods on a model's pictures; each model has a file, so that workers share them. */
export function compareMethodGoldens(id: string): void {
  const names = methodGoldenNames().filter(({ model }) => model === id);
  describe('goldens of methods', () => {
    onEachBackend((backend) => {
      it.for(names)('$model, $input', { timeout: 600_000 }, async (name, { skip, task }) => {
        const reason = backend === 'cpu' ? slowness(name) : undefined;
        skip(reason !== undefined, reason);
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
}
