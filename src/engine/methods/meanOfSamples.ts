/** Sums of samples of `size` values each and of their squares, in float64. */
export class MeanOfSamples {
  private count = 0;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(size: number) {
    this.sums = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  add(sample: ArrayLike<number>): void {
    this.count++;
    for (let i = 0; i < this.sums.length; i++) {
      const value = sample[i]!;
      this.sums[i]! += value;
      this.squares[i]! += value * value;
    }
  }

  mean(): Float32Array {
    return Float32Array.from(this.sums, (sum) => sum / this.count);
  }

  meanSquare(): Float32Array {
    return Float32Array.from(this.squares, (sum) => sum / this.count);
  }

  /** Mean squared distance from the mean. */
  variance(): Float32Array {
    return Float32Array.from(this.squares, (sum, i) => this.varianceAt(sum, i));
  }

  private varianceAt(square: number, i: number): number {
    return Math.max(0, square / this.count - (this.sums[i]! / this.count) ** 2);
  }

  /** Of the mean, estimated from the samples' scatter; undefined for one sample, which has none. */
  standardError(): Float32Array | undefined {
    if (this.count < 2) return undefined;
    return Float32Array.from(this.squares, (sum, i) =>
      Math.sqrt(this.varianceAt(sum, i) / (this.count - 1)),
    );
  }
}
