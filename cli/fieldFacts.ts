import { chapterModel, type Subject } from '../src/components/figures/figure.ts';
import type { Ask } from '../src/worker/protocol.ts';

/** Receptive fields of the middle cell at the end of the network, in theory and in effect, before and after training. */
export async function fieldFacts(ask: Ask, { picture }: Subject): Promise<Record<string, number>> {
  const { architecture, modules } = await ask('describe', { model: chapterModel });
  const { steps } = await ask('receptiveFields', { model: chapterModel });
  const { name: layer, after } = steps.at(-1)!;
  const [, cells] = modules.find(({ name }) => name === layer)!.outputShape as [number, number];
  const middle = Math.floor(cells / 2);
  const unit = { channel: 'all', row: middle, column: middle } as const;
  const effective = async (model: string) =>
    (await ask('unitGradient', { model, picture, layer, unit })).size;
  return {
    'field.picture': architecture.inputSize,
    'field.theoretical': after.size,
    'field.effective.trained': await effective(chapterModel),
    'field.effective.untrained': await effective(`${chapterModel}@untrained`),
  };
}
