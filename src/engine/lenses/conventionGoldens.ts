import type { WeightFile } from '../manifest.ts';
import type { TensorData } from '../layout.ts';
import type { ByteSource } from '../weights/byteSource.ts';
import { LazyWeights, type LoadOptions } from '../weights/lazyWeights.ts';

/** What PyTorch makes of one picture under every combination of conventions; see training/golden_conventions.py. */
export interface ConventionGoldens {
  /** Id of the picture. */
  readonly picture: string;
  /** Index of the class explained. */
  readonly class: number;
  /** What computed them. */
  readonly software: string;
  /** By subject: what stands along each axis of its table, the last being the columns of a row. */
  readonly axes: Readonly<
    Record<string, ReadonlyArray<readonly [name: string, values: readonly string[]]>>
  >;
  /** By subject, in the order of the axes. A row: values at `positions`, then smallest, largest and sum. */
  readonly tables: Readonly<Record<string, TensorData>>;
  /** Flat positions in a map of the input's size. */
  readonly positions: readonly number[];
  /** Flat positions that saliency's sums leave out, since rounding decides there. */
  readonly unsettled: readonly number[];
}

/**
 * Reads the file whole; each tensor is held to its digest.
 * @throws {EngineError} `invalid-weights`, `checksum-mismatch`, `network`, `aborted`
 */
export async function readConventionGoldens(
  source: ByteSource,
  file: WeightFile,
  options: LoadOptions = {},
): Promise<ConventionGoldens> {
  const weights = await LazyWeights.open(source, file, {
    signal: options.signal,
    prefix: file.bytes,
  });
  const { tensors, metadata } = weights.header;
  const none = { kind: 'constant', value: 0 } as const;
  const specs = [...tensors.values()].map(({ name, shape }) => ({ name, shape, initial: none }));
  const loaded = await weights.load(specs, options);
  const axes = JSON.parse(metadata['axes']!) as ConventionGoldens['axes'];
  const table = (name: string) => ({ shape: tensors.get(name)!.shape, data: loaded.get(name)! });
  return {
    picture: metadata['picture']!,
    class: Number(metadata['class']),
    software: metadata['software']!,
    axes,
    tables: Object.fromEntries(Object.keys(axes).map((subject) => [subject, table(subject)])),
    positions: [...loaded.get('positions')!],
    unsettled: JSON.parse(metadata['unsettled']!) as number[],
  };
}
