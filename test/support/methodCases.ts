import { concatenated, type TensorData } from '../../src/engine/layout.ts';
import type { OptionValue } from '../../src/engine/methods/options.ts';
import type { Target } from '../../src/engine/targets.ts';
import type { Expectation } from './closeness.ts';
import { expectationsIn, goldenFrom, type Dropped, type Golden } from './goldenFile.ts';
import type { TensorFile } from './tensorFile.ts';

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
  /** Values that are no oracle, since rounding decides them in PyTorch itself. */
  readonly dropped: Dropped;
  /** Why a case is not there, by its name, which begins with the method's. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Samples of the random numbers that seed 1 stands for. */
  readonly noise: readonly NoiseSample[];
}

export interface NoiseSample {
  readonly generator: 'normal' | 'uniform' | 'mask';
  readonly stream: number;
  readonly values: Expectation;
}

/** Reads a golden of methods and those of its inputs; `read` takes paths below `test/golden`. Runs in the browser as well. */
export async function methodGoldenFrom(
  model: string,
  input: string,
  read: (path: string) => Promise<TensorFile>,
): Promise<MethodGolden> {
  const goldenOf = async (name: string) =>
    goldenFrom(model, name, await read(`${model}/${name}.safetensors`));
  const file = await read(`methods/${model}/${input}.safetensors`);
  const { expect, names } = expectationsIn(file, `methods/${model}/${input}`);
  const described = JSON.parse(file.metadata['cases']!) as Record<string, DescribedCase>;
  const others = JSON.parse(file.metadata['references'] ?? '[]') as string[];
  const references = await Promise.all(others.map(goldenOf));
  const noise = JSON.parse(file.metadata['noise']!) as Record<
    string,
    Pick<NoiseSample, 'generator' | 'stream'>
  >;
  return {
    dropped: JSON.parse(file.metadata['dropped']!) as Dropped,
    leftOut: JSON.parse(file.metadata['leftOut']!) as Record<string, string>,
    noise: Object.entries(noise).map(([called, one]) => ({ ...one, values: expect(called) })),
    golden: await goldenOf(input),
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
