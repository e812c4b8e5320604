import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { concatenated, type TensorData } from '../../src/engine/layout.ts';
import type { OptionValue } from '../../src/engine/methods/options.ts';
import type { Target } from '../../src/engine/targets.ts';
import type { Expectation } from './closeness.ts';
import { expectationsIn, type Golden } from './goldenFile.ts';
import { readGolden, readGoldenFile } from './goldens.ts';
import { filesIn, foldersIn, goldenFolder } from './repository.ts';

/** What PyTorch makes of one method with these options; what is left out is as the method has it. */
interface DescribedCase {
  readonly method: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly layer?: string;
  readonly target?: Target;
}

export interface MethodCase extends DescribedCase {
  readonly name: string;
  readonly map: Expectation;
  readonly details: ReadonlyMap<string, Expectation>;
}

/** All methods on one picture. */
export interface MethodGolden {
  readonly golden: Golden;
  /** Other goldens' inputs, `[M, C, H, W]`. */
  readonly references: TensorData | undefined;
  readonly cases: readonly MethodCase[];
}

/** The goldens of methods there are, as pairs of model and input. */
export function methodGoldenNames(): Array<{ model: string; input: string }> {
  const folder = join(goldenFolder, 'methods');
  if (!existsSync(folder)) return [];
  return foldersIn(folder).flatMap((model) =>
    filesIn(join(folder, model), '.safetensors').map((file) => ({
      model,
      input: basename(file, '.safetensors'),
    })),
  );
}

export async function readMethodGolden(name: {
  model: string;
  input: string;
}): Promise<MethodGolden> {
  const { model, input } = name;
  const file = await readGoldenFile(`methods/${model}/${input}.safetensors`);
  const { expect, names } = expectationsIn(file, `methods/${model}/${input}`);
  const described = JSON.parse(file.metadata['cases']!) as Record<string, DescribedCase>;
  const others = JSON.parse(file.metadata['references'] ?? '[]') as string[];
  const references = await Promise.all(others.map((other) => readGolden({ model, input: other })));
  return {
    golden: await readGolden(name),
    references:
      references.length > 0 ? concatenated(references.map(({ pixels }) => pixels)) : undefined,
    cases: Object.entries(described).map(([called, description]) => ({
      ...description,
      name: called,
      map: expect(called),
      details: new Map(
        names
          .filter((tensor) => tensor.startsWith(`${called}/`))
          .map((tensor) => [tensor.slice(called.length + 1), expect(tensor)]),
      ),
    })),
  };
}
