import { add, dispose, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';

/**
 * What comes back through a ReLU: its gradient; the gradient where it is positive (guided
 * backpropagation, Springenberg et al. 2014, arXiv:1412.6806); or whatever of the output's gradient is
 * positive, the ReLU's own input disregarded (deconvolutional networks, Zeiler and Fergus 2013,
 * arXiv:1311.2901).
 */
export type ReluRule = 'gradient' | 'guided' | 'deconvnet';

export interface BackwardOptions {
  /** `gradient` if left out. */
  readonly reluRule?: ReluRule | undefined;
}

/**
 * A differentiable step of a network. `forward` and `vjp` return fresh tensors that the caller owns;
 * neither disposes of its arguments. Tensors are NHWC.
 */
export interface Operation {
  forward(...inputs: Tensor[]): Tensor;
  /** Vector-Jacobian product: the gradient with respect to input `index`, from the output's gradient. */
  vjp(
    outputGradient: Tensor,
    inputs: readonly Tensor[],
    output: Tensor,
    index: number,
    reluRule?: ReluRule,
  ): Tensor;
  /** Frees the weights the operation holds. */
  dispose?(): void;
}

/** A tensor recorded by a trace. */
export interface Value {
  readonly id: number;
  readonly tensor: Tensor;
}

interface Step {
  readonly operation: Operation;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/**
 * One forward pass, remembered: every intermediate tensor, which operation made it, and the names
 * ("taps") under which PyTorch knows it. Because the forward pass is kept, any number of backward
 * passes (other classes, other layers) run on it without repeating it.
 */
export class Trace {
  readonly input: Value;
  private readonly values: Value[] = [];
  private readonly steps: Step[] = [];
  private readonly taps = new Map<string, Value>();

  /** @param input `[N, H, W, C]`; the trace owns it from here on. */
  constructor(input: Tensor) {
    this.input = this.remember(input);
    this.taps.set('input', this.input);
  }

  private remember(tensor: Tensor): Value {
    const value = { id: this.values.length, tensor };
    this.values.push(value);
    return value;
  }

  /** Runs an operation and records it. */
  apply(operation: Operation, ...inputs: Value[]): Value {
    const output = this.remember(operation.forward(...inputs.map((value) => value.tensor)));
    this.steps.push({ operation, inputs, output });
    return output;
  }

  /** Names a value; returns it, so that taps can be written around an expression. */
  tap(name: string, value: Value): Value {
    this.taps.set(name, value);
    return value;
  }

  has(name: string): boolean {
    return this.taps.has(name);
  }

  /** @throws {EngineError} `unknown-layer` if nothing was tapped under this name. */
  value(name: string): Value {
    const value = this.taps.get(name);
    if (!value) throw new EngineError('unknown-layer', `no activation recorded at "${name}"`);
    return value;
  }

  /**
   * Gradients at the named taps of the scalar whose gradient at `from` is `seed`; parts of the
   * network that no wanted tap lies before are not visited. The caller disposes of the result, in
   * which names of one value share one tensor (the WASM backend copies what is cloned).
   */
  backward(
    from: Value,
    seed: Tensor,
    names: readonly string[],
    { reluRule }: BackwardOptions = {},
  ): Map<string, Tensor> {
    const wanted = new Set(names.map((name) => this.value(name).id));
    const needed = this.descendants(wanted);
    const gradients = new Map<number, Tensor>([[from.id, seed.clone()]]);
    for (const step of this.steps.toReversed()) {
      const outputGradient = gradients.get(step.output.id);
      if (!outputGradient) continue;
      const tensors = step.inputs.map((value) => value.tensor);
      step.inputs.forEach((input, index) => {
        if (!needed.has(input.id)) return;
        const { tensor } = step.output;
        const gradient = step.operation.vjp(outputGradient, tensors, tensor, index, reluRule);
        accumulate(gradients, input.id, gradient);
      });
      if (!wanted.has(step.output.id)) {
        outputGradient.dispose();
        gradients.delete(step.output.id);
      }
    }
    const result = new Map<string, Tensor>();
    for (const name of names) {
      const { id, tensor } = this.value(name);
      const gradient = gradients.get(id) ?? zerosLike(tensor);
      gradients.set(id, gradient);
      result.set(name, gradient);
    }
    for (const [id, gradient] of gradients) if (!wanted.has(id)) gradient.dispose();
    return result;
  }

  /** The wanted values and every value computed from one of them. */
  private descendants(wanted: ReadonlySet<number>): Set<number> {
    const needed = new Set(wanted);
    for (const step of this.steps)
      if (step.inputs.some((value) => needed.has(value.id))) needed.add(step.output.id);
    return needed;
  }

  /**
   * What `to` would be had `at` been `replacement`: computes only what lies between the two, and takes
   * everything else as it was recorded. The caller disposes of the result; `replacement` stays its own.
   *
   * @param replacement `[B, H, W, C]` for any B, where one picture was recorded; elsewhere of the
   *   recorded shape. Recorded tensors of one picture are broadcast over B.
   * @throws {EngineError} `invalid-option` if the shapes do not fit or `to` does not depend on `at`
   */
  replay(at: Value, replacement: Tensor, to: Value): Tensor {
    checkReplacement(at.tensor.shape, replacement.shape);
    if (to.id === at.id) return replacement.clone();
    const steps = this.between(at, to);
    const uses = new Map<number, number>();
    for (const { id } of steps.flatMap((step) => step.inputs))
      uses.set(id, (uses.get(id) ?? 0) + 1);
    const replayed = new Map<number, Tensor>([[at.id, replacement]]);
    for (const { operation, inputs, output } of steps) {
      const tensors = inputs.map((value) => replayed.get(value.id) ?? value.tensor);
      replayed.set(output.id, operation.forward(...tensors));
      for (const { id } of inputs) {
        uses.set(id, uses.get(id)! - 1);
        if (uses.get(id) === 0 && id !== at.id) replayed.get(id)?.dispose();
      }
    }
    return replayed.get(to.id)!;
  }

  /** The steps that depend on `at` and on which `to` depends, in forward order. */
  private between(at: Value, to: Value): Step[] {
    const after = this.descendants(new Set([at.id]));
    const before = new Set([to.id]);
    const steps: Step[] = [];
    for (const step of this.steps.toReversed()) {
      if (!before.has(step.output.id) || !after.has(step.output.id)) continue;
      if (step.output.id === at.id) continue;
      for (const input of step.inputs) before.add(input.id);
      steps.unshift(step);
    }
    if (steps.length > 0) return steps;
    throw new EngineError('invalid-option', 'what is replaced does not reach what is asked for');
  }

  /** Room that the recorded tensors take: four bytes a value. */
  get bytes(): number {
    return 4 * this.values.reduce((sum, { tensor }) => sum + tensor.size, 0);
  }

  /** Frees every tensor of the pass. */
  dispose(): void {
    dispose(this.values.map((value) => value.tensor));
  }
}

function checkReplacement(recorded: readonly number[], given: readonly number[]): void {
  const fits = recorded[0] === 1 || recorded[0] === given[0];
  if (fits && recorded.slice(1).join() === given.slice(1).join()) return;
  throw new EngineError(
    'invalid-option',
    `the replacement has shape [${given.join(', ')}], expected [${['B', ...recorded.slice(1)].join(', ')}]`,
  );
}

function accumulate(gradients: Map<number, Tensor>, id: number, gradient: Tensor): void {
  const previous = gradients.get(id);
  if (!previous) {
    gradients.set(id, gradient);
    return;
  }
  gradients.set(id, add(previous, gradient));
  dispose([previous, gradient]);
}
