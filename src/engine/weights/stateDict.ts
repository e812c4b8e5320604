import type { ParameterSpec } from '../archs/architecture.ts';
import { EngineError } from '../errors.ts';
import type { ByteSource, ReadOptions } from './byteSource.ts';
import type { Dtype } from './dtypes.ts';
import type { LoadOptions, WeightProvider } from './lazyWeights.ts';
import { openTensorFile, type TensorFile, type TensorInfo } from './tensorFile.ts';

/**
 * What state dicts are wrapped in: keys of training checkpoints, `module` of DataParallel and
 * `_orig_mod` of torch.compile. Whatever else stands beside them is left out.
 */
const wrappers = ['state_dict', 'model_state_dict', 'model', 'net', 'module', '_orig_mod'];

const floats: ReadonlySet<Dtype> = new Set<Dtype>(['F16', 'BF16', 'F32', 'F64']);

/** Shapes of a network's tensors, in PyTorch's layout, by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** The floating-point tensors of a network, by their names in it. */
export class StateDict implements WeightProvider {
  readonly label: string;
  /** In the order of the file. */
  readonly shapes: Shapes;
  private readonly file: TensorFile;
  /** Name in the file by name in the network. */
  private readonly names: ReadonlyMap<string, string>;

  private constructor(label: string, file: TensorFile, names: ReadonlyMap<string, string>) {
    this.label = label;
    this.file = file;
    this.names = names;
    this.shapes = new Map(
      [...names].map(([name, inFile]) => [name, file.tensors.get(inFile)!.shape]),
    );
  }

  /**
   * Reads which tensors there are, none of their values. The file may be safetensors or of
   * `torch.save`, and the state dict in it wrapped.
   * @throws {EngineError} `invalid-weights`, `network`, `aborted`
   */
  static async open(source: ByteSource, options: ReadOptions = {}): Promise<StateDict> {
    const file = await openTensorFile(source, options);
    const names = [...file.tensors].flatMap(([name, { dtype }]: [string, TensorInfo]) =>
      floats.has(dtype) ? [name] : [],
    );
    if (names.length === 0)
      throw new EngineError(
        'invalid-weights',
        `${source.label} holds no floating-point tensors, expected a state dict`,
      );
    const prefix = wrapping(names);
    const inside = names.filter((name) => name.startsWith(prefix));
    const byName = new Map(inside.map((name) => [name.slice(prefix.length), name]));
    return new StateDict(source.label, file, byName);
  }

  /** The same tensors under other names. @param names name here by name there */
  renamed(names: ReadonlyMap<string, string>): StateDict {
    const inFile = [...names].map(([to, from]) => [to, this.names.get(from)!] as const);
    return new StateDict(this.label, this.file, new Map(inFile));
  }

  async load(
    specs: readonly ParameterSpec[],
    options: LoadOptions = {},
  ): Promise<Map<string, Float32Array>> {
    const inFile = specs.map((spec) => ({ ...spec, name: this.names.get(spec.name) ?? spec.name }));
    const names = new Map(inFile.map(({ name }, i) => [name, specs[i]!.name]));
    const { onTensor } = options;
    const loaded = await this.file.load(inFile, {
      ...options,
      onTensor: onTensor && ((name, values) => onTensor(names.get(name)!, values)),
    });
    return new Map([...names].map(([from, to]) => [to, loaded.get(from)!]));
  }
}

/** What the names of the state dict begin with. */
function wrapping(names: readonly string[]): string {
  let prefix = '';
  for (;;) {
    const next = wrappers
      .map((wrapper) => `${prefix}${wrapper}.`)
      .find((candidate) => names.some((name) => name.startsWith(candidate)));
    if (next === undefined) return prefix;
    prefix = next;
  }
}
