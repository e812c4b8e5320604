/** Operations on tensors small enough to compute by hand. */
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { add } from '../../src/engine/ops/add.ts';
import { batchNorm } from '../../src/engine/ops/batchNorm.ts';
import { conv2d } from '../../src/engine/ops/conv2d.ts';
import { globalAveragePool } from '../../src/engine/ops/globalAveragePool.ts';
import { linear } from '../../src/engine/ops/linear.ts';
import { maxPool } from '../../src/engine/ops/maxPool.ts';
import { relu } from '../../src/engine/ops/relu.ts';
import type { Operation } from '../../src/engine/trace.ts';
import type { TensorData } from '../../src/engine/layout.ts';
import { onEachBackend } from '../support/backends.ts';
import { download, plane, upload } from '../support/tensors.ts';

/** Output, and the gradients of all inputs for the given output gradient. */
async function both(
  operation: Operation,
  inputs: readonly TensorData[],
  outputGradient: TensorData,
) {
  const xs = inputs.map(upload);
  const y = operation.forward(...xs);
  const dy = upload(outputGradient);
  const dxs: Tensor[] = xs.map((_, index) => operation.vjp(dy, xs, y, index));
  const output = await download(y);
  const gradients = await Promise.all(dxs.map(download));
  dispose([...xs, y, dy, ...dxs]);
  operation.dispose?.();
  return { output, gradients: gradients.map(({ data }) => [...data]) };
}

const vector = (...values: number[]): TensorData => ({
  shape: [1, values.length],
  data: Float32Array.from(values),
});

describe('operations by hand', () => {
  onEachBackend(() => {
    it('relu passes what is positive; its slope at 0 is 0', async () => {
      const { output, gradients } = await both(
        relu,
        [plane([[-2, 0], [3, 0.5]])], // prettier-ignore
        plane([[10, 20], [30, 40]]), // prettier-ignore
      );
      expect([...output.data]).toEqual([0, 0, 3, 0.5]);
      expect(gradients[0]).toEqual([0, 0, 30, 40]);
    });

    it('batch normalisation is (x - mean) / sqrt(variance + 1e-5) * weight + bias', async () => {
      const operation = batchNorm({
        weight: Float32Array.of(3),
        bias: Float32Array.of(-1),
        runningMean: Float32Array.of(2),
        runningVar: Float32Array.of(4 - 1e-5),
      });
      const { output, gradients } = await both(operation, [plane([[2, 4]])], plane([[1, 2]]));
      expect([...output.data]).toEqual([expect.closeTo(-1, 5), expect.closeTo(2, 5)]);
      expect(gradients[0]).toEqual([expect.closeTo(1.5, 5), expect.closeTo(3, 5)]);
    });

    it('linear multiplies by the weights and adds the bias', async () => {
      const operation = linear({
        weightOI: Float32Array.of(1, 2, 3, 4, 5, 6),
        shape: [2, 3],
        bias: Float32Array.of(10, 20),
      });
      const { output, gradients } = await both(operation, [vector(1, 0, -1)], vector(1, 10));
      expect([...output.data]).toEqual([1 - 3 + 10, 4 - 6 + 20]);
      expect(gradients[0]).toEqual([41, 52, 63]);
    });

    it('global average pooling shares the gradient out', async () => {
      const { output, gradients } = await both(
        globalAveragePool,
        [plane([[1, 2], [3, 6]])], // prettier-ignore
        plane([[8]]),
      );
      expect(output).toEqual(plane([[3]]));
      expect(gradients[0]).toEqual([2, 2, 2, 2]);
    });

    it('addition sends the gradient to both sides', async () => {
      const { output, gradients } = await both(add, [plane([[1]]), plane([[2]])], plane([[5]]));
      expect([...output.data]).toEqual([3]);
      expect(gradients).toEqual([[5], [5]]);
    });

    it('a 1x1 convolution with stride 2 sees every other pixel', async () => {
      const operation = conv2d({
        weightOIHW: Float32Array.of(2),
        shape: [1, 1, 1, 1],
        stride: 2,
        padding: 0,
      });
      const { output, gradients } = await both(
        operation,
        [plane([[1, 2, 3], [4, 5, 6], [7, 8, 9]])], // prettier-ignore
        plane([[1, 10], [100, 1000]]), // prettier-ignore
      );
      expect([...output.data]).toEqual([2, 6, 14, 18]);
      expect(gradients[0]).toEqual([2, 0, 20, 0, 0, 0, 200, 0, 2000]);
    });

    it('a 3x3 convolution is a cross-correlation with zeros around', async () => {
      const weightOIHW = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
      const operation = conv2d({ weightOIHW, shape: [1, 1, 3, 3], stride: 1, padding: 1 });
      const { output, gradients } = await both(
        operation,
        [plane([[1, 0], [0, 0]])], // prettier-ignore
        plane([[0, 0], [0, 1]]), // prettier-ignore
      );
      expect([...output.data]).toEqual([5, 4, 2, 1]);
      expect(gradients[0]).toEqual([1, 2, 4, 5]);
    });
  });
});

describe('max-pooling', () => {
  const pool = () => maxPool({ size: 2, stride: 2, padding: 0 });
  onEachBackend(() => {
    it('gives the gradient to the first of several maxima', async () => {
      const { output, gradients } = await both(pool(), [plane([[5, 5], [5, 5]])], plane([[3]])); // prettier-ignore
      expect([...output.data]).toEqual([5]);
      expect(gradients[0]).toEqual([3, 0, 0, 0]);
    });

    it('gives a gradient where every value is negative', async () => {
      const { output, gradients } = await both(pool(), [plane([[-4, -1], [-3, -2]])], plane([[3]])); // prettier-ignore
      expect([...output.data]).toEqual([-1]);
      expect(gradients[0]).toEqual([0, 3, 0, 0]);
    });

    it('adds up where windows overlap, and never chooses the padding', async () => {
      const operation = maxPool({ size: 3, stride: 2, padding: 1 });
      const { output, gradients } = await both(
        operation,
        [plane([[-5, -4, -3], [-9, -1, -9], [-3, -4, -5]])], // prettier-ignore
        plane([[1, 2], [3, 4]]), // prettier-ignore
      );
      expect([...output.data]).toEqual([-1, -1, -1, -1]);
      expect(gradients[0]).toEqual([0, 0, 0, 0, 10, 0, 0, 0, 0]);
    });
  });
});
