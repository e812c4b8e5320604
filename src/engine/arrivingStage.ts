import type { BuiltStage, Stage } from './archs/architecture.ts';

/** A stage whose weights are on their way, built as soon as the last of them is there. */
export class ArrivingStage {
  readonly built: Promise<BuiltStage>;
  private readonly stage: Stage;
  private readonly lacking: Set<string>;
  private readonly weights = new Map<string, Float32Array>();
  private resolve: (built: BuiltStage) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(stage: Stage) {
    this.stage = stage;
    this.lacking = new Set(stage.parameters.map(({ name }) => name));
    this.built = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.buildIfWhole();
  }

  /** Tensors that are not the stage's, or that it has already, are passed over. */
  take(name: string, values: Float32Array): void {
    if (!this.lacking.delete(name)) return;
    this.weights.set(name, values);
    this.buildIfWhole();
  }

  fail(error: unknown): void {
    this.reject(error);
  }

  private buildIfWhole(): void {
    if (this.lacking.size > 0) return;
    try {
      this.resolve(this.stage.build(this.weights));
    } catch (error) {
      this.reject(error);
    }
    this.weights.clear();
  }
}
