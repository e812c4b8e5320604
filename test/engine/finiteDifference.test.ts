import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { add } from '../../src/engine/ops/add.ts';
import { batchNorm } from '../../src/engine/ops/batchNorm.ts';
import { conv2d } from '../../src/engine/ops/conv2d.ts';
import { globalAveragePool } from '../../src/engine/ops/globalAveragePool.ts';
import { linear } from '../../src/engine/ops/linear.ts';
import { maxPool } from '../../src/engine/ops/maxPool.ts';
import { relu } from '../../src/engine/ops/relu.ts';
import { Trace } from '../../src/engine/trace.ts';
import { onEachBackend } from '../support/backends.ts';
import { relativeError } from '../support/closeness.ts';
import { noise } from '../support/models.ts';
import { download, upload } from '../support/tensors.ts';

/** In the input's units; far from every kink of the network below. */
const step = 2e-3;

/**
 * One of everything: a block with stride 1, max-pooling, and a residual junction with stride 2. The
 * normalisation pushes its three channels well above, well below and well above the ReLU's kink.
 */
function tinyNetwork() {
  const weights = (o: number, i: number, k: number, seed: number) => ({
    weightOIHW: noise([o, i, k, k], seed).data.map((v) => v / 2),
    shape: [o, i, k, k] as const,
  });
  const first = conv2d({ ...weights(3, 2, 3, 2), stride: 1, padding: 1 });
  const norm = batchNorm({
    weight: Float32Array.of(1, 1, 0.5),
    bias: Float32Array.of(4, -4, 3),
    runningMean: Float32Array.of(0.1, -0.2, 0.3),
    runningVar: Float32Array.of(1, 2, 0.5),
  });
  const pool = maxPool({ size: 3, stride: 2, padding: 1 });
  const deep = conv2d({ ...weights(2, 3, 3, 3), stride: 2, padding: 1 });
  const shortcut = conv2d({ ...weights(2, 3, 1, 4), stride: 2, padding: 0 });
  const head = linear({
    weightOI: noise([1, 2], 5).data,
    shape: [1, 2],
    bias: Float32Array.of(0.5),
  });
  return {
    operations: [first, norm, deep, shortcut, head],
    forward(trace: Trace) {
      const rectified = trace.apply(relu, trace.apply(norm, trace.apply(first, trace.input)));
      const pooled = trace.apply(pool, rectified);
      const junction = trace.apply(add, trace.apply(deep, pooled), trace.apply(shortcut, pooled));
      return trace.apply(head, trace.apply(globalAveragePool, junction));
    },
  };
}

describe('finite differences', () => {
  onEachBackend(() => {
    it('agree with the gradient at every input of a small network', async () => {
      const network = tinyNetwork();
      const x = noise([1, 2, 7, 6]);
      const valueAt = async (index: number, by: number) => {
        const trace = new Trace(
          upload({ ...x, data: x.data.map((v, i) => (i === index ? v + by : v)) }),
        );
        const [value] = await network.forward(trace).tensor.data();
        trace.dispose();
        return value!;
      };
      const numeric: number[] = [];
      for (let i = 0; i < x.data.length; i++)
        numeric.push(((await valueAt(i, step)) - (await valueAt(i, -step))) / (2 * step));

      const trace = new Trace(upload(x));
      const seed = tensor2d([1], [1, 1]);
      const gradient = trace.backward(network.forward(trace), seed, ['input']).get('input')!;
      const { data } = await download(gradient);
      expect(relativeError(data, numeric)).toBeLessThan(2e-3);
      dispose([seed, gradient]);
      trace.dispose();
      for (const operation of network.operations) operation.dispose?.();
    });
  });
});
