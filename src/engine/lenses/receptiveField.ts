import type { ModuleInfo, SlidingWindow } from '../archs/architecture.ts';
import { EngineError } from '../errors.ts';

/**
 * What the cells of one module's output can see of the input, along one axis (windows are square). In
 * input pixels, half-open: cell i sees `[start + i * stride, start + i * stride + size)`, of which
 * what lies below 0 or beyond the picture is padding.
 */
export interface ReceptiveField {
  /** r: pixels that one cell sees. */
  readonly size: number;
  /** j: pixels between the fields of neighbouring cells. */
  readonly stride: number;
  /** Where the first cell's field begins; negative by the padding that it sees. */
  readonly start: number;
}

/** One sliding window on the way to a module, and what it does to the field. */
export interface FieldStep {
  readonly name: string;
  /** PyTorch class name. */
  readonly type: string;
  readonly window: SlidingWindow;
  readonly before: ReceptiveField;
  readonly after: ReceptiveField;
}

/** A pixel sees itself. */
const pixel: ReceptiveField = { size: 1, stride: 1, start: 0 };

/** Modules whose every output is computed from all of their input. */
const global: ReadonlySet<string> = new Set(['AdaptiveAvgPool2d', 'Linear']);

/** r' = r + (k - 1) j;  j' = s j;  start' = start - p j. */
export function slide(
  { size, stride: jump, start }: ReceptiveField,
  { kernel, stride, padding }: SlidingWindow,
): ReceptiveField {
  return {
    size: size + (kernel - 1) * jump,
    stride: stride * jump,
    start: start - padding * jump,
  };
}

/** The smallest field that holds both: what a sum of two modules sees. */
function union(a: ReceptiveField, b: ReceptiveField): ReceptiveField {
  if (a.stride !== b.stride)
    throw new RangeError(`got jumps of ${a.stride} and ${b.stride} pixels, expected equal ones`);
  const start = Math.min(a.start, b.start);
  const end = Math.max(a.start + a.size, b.start + b.size);
  return { size: end - start, stride: a.stride, start };
}

// #region receptiveFields
/**
 * The field of every module and of `input`, by name. Global pooling and linear layers see the whole
 * picture. Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
 * Networks"; `start` is the edge of the first field here, not its centre.
 *
 * @param modules in forward order
 * @param inputSize height and width of the input in pixels
 * @throws {RangeError} if the sides of a sum have different jumps
 */
export function receptiveFields(
  modules: readonly ModuleInfo[],
  inputSize: number,
): Map<string, ReceptiveField> {
  const whole: ReceptiveField = { size: inputSize, stride: inputSize, start: 0 };
  const fields = new Map<string, ReceptiveField>([['input', pixel]]);
  for (const { name, type, inputs, window, returns } of modules) {
    if (returns) fields.set(name, fields.get(returns)!);
    else if (global.has(type)) fields.set(name, whole);
    else {
      const seen = inputs.map((input) => fields.get(input)!).reduce(union);
      fields.set(name, window ? slide(seen, window) : seen);
    }
  }
  return fields;
}
// #endregion

/**
 * The sliding windows on the way from the input to a module, where ways part the one that widens the
 * field most: the module's field is that of the last step.
 *
 * @throws {EngineError} `unknown-layer`
 */
export function fieldSteps(
  modules: readonly ModuleInfo[],
  inputSize: number,
  name: string,
): FieldStep[] {
  const fields = receptiveFields(modules, inputSize);
  const named = new Map(modules.map((module) => [module.name, module]));
  const steps: FieldStep[] = [];
  for (let at = name; at !== 'input';) {
    const module = named.get(at);
    if (!module) throw new EngineError('unknown-layer', `unknown layer: ${at}`);
    const { window, type } = module;
    const [from] = (module.returns ? [module.returns] : module.inputs).toSorted(
      (a, b) => fields.get(b)!.size - fields.get(a)!.size,
    );
    if (window)
      steps.unshift({
        name: at,
        type,
        window,
        before: fields.get(from!)!,
        after: fields.get(at)!,
      });
    at = from!;
  }
  return steps;
}

/** Every module's field, and the steps along the longest way through the network. */
export function allFields(modules: readonly ModuleInfo[], inputSize: number) {
  const fields = receptiveFields(modules, inputSize);
  const windows = modules.filter(({ window }) => window).map(({ name }) => name);
  const size = (name: string) => fields.get(name)!.size;
  const widest = windows.reduce((a, b) => (size(b) > size(a) ? b : a));
  return {
    fields: Object.fromEntries(fields),
    steps: fieldSteps(modules, inputSize, widest),
  };
}
