import { dispose, memory, mul, tensor1d, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { add } from '../../src/engine/ops/add.ts';
import { relu } from '../../src/engine/ops/relu.ts';
import { Trace, type Operation } from '../../src/engine/trace.ts';
import { onEachBackend } from '../support/backends.ts';

/** y = factor * x, counting how often it runs each way. */
function times(factor: number) {
  const counts = { forward: 0, backward: 0 };
  const operation: Operation = {
    forward(x) {
      counts.forward++;
      return mul(x!, factor);
    },
    vjp(outputGradient) {
      counts.backward++;
      return mul(outputGradient, factor);
    },
  };
  return { operation, counts };
}

/** Gradients at the names as plain arrays, for an output gradient of 1. */
async function gradients(trace: Trace, from: string, ...names: string[]) {
  const seed = tensor1d([1]);
  const found = trace.backward(trace.value(from), seed, names);
  const read = async (tensor: Tensor) => [...(await tensor.data())];
  const entries = await Promise.all(
    [...found].map(async ([name, g]) => [name, await read(g)] as const),
  );
  dispose([seed, ...found.values()]);
  return Object.fromEntries(entries);
}

describe('trace', () => {
  onEachBackend(() => {
    it('multiplies along a chain and keeps what is wanted on the way', async () => {
      const trace = new Trace(tensor1d([5]));
      const middle = trace.tap('middle', trace.apply(times(2).operation, trace.input));
      trace.tap('end', trace.apply(times(3).operation, middle));
      expect([...(await trace.value('end').tensor.data())]).toEqual([30]);
      expect(await gradients(trace, 'end', 'input', 'middle', 'end')).toEqual({
        input: [6],
        middle: [3],
        end: [1],
      });
      trace.dispose();
    });

    it('adds up what comes back through both sides of a residual junction', async () => {
      const trace = new Trace(tensor1d([5]));
      const trunk = trace.tap('trunk', trace.apply(times(2).operation, trace.input));
      const branch = trace.tap('branch', trace.apply(times(7).operation, trunk));
      trace.tap('end', trace.apply(add, branch, trunk));
      expect(await gradients(trace, 'end', 'trunk', 'branch', 'input')).toEqual({
        trunk: [8],
        branch: [1],
        input: [16],
      });
      trace.dispose();
    });

    it('adds up a value that is used twice by one operation', async () => {
      const trace = new Trace(tensor1d([5]));
      trace.tap('end', trace.apply(add, trace.input, trace.input));
      expect(await gradients(trace, 'end', 'input')).toEqual({ input: [2] });
      trace.dispose();
    });

    it('does not visit what no wanted tap lies before', async () => {
      const [early, late, aside] = [times(2), times(3), times(5)];
      const trace = new Trace(tensor1d([1]));
      const first = trace.apply(early.operation, trace.input);
      const wanted = trace.tap('wanted', trace.apply(times(1).operation, first));
      const side = trace.apply(aside.operation, first);
      trace.tap('end', trace.apply(add, trace.apply(late.operation, wanted), side));
      expect(await gradients(trace, 'end', 'wanted')).toEqual({ wanted: [3] });
      expect([early, late, aside].map(({ counts }) => counts.backward)).toEqual([0, 1, 0]);
      trace.dispose();
    });

    it('runs many backward passes on one forward pass', async () => {
      const only = times(4);
      const trace = new Trace(tensor1d([1]));
      trace.tap('end', trace.apply(only.operation, trace.input));
      for (let i = 0; i < 3; i++)
        expect(await gradients(trace, 'end', 'input')).toEqual({ input: [4] });
      expect(only.counts).toEqual({ forward: 1, backward: 3 });
      trace.dispose();
    });

    it('gives zeros where the target does not depend on a tap', async () => {
      const trace = new Trace(tensor1d([1]));
      const end = trace.tap('end', trace.apply(times(2).operation, trace.input));
      trace.tap('after', trace.apply(times(3).operation, end));
      expect(await gradients(trace, 'end', 'after')).toEqual({ after: [0] });
      trace.dispose();
    });

    it('gives a value with several names the same gradient under each', async () => {
      const trace = new Trace(tensor1d([1]));
      trace.tap('block', trace.tap('leaf', trace.apply(times(2).operation, trace.input)));
      trace.tap('end', trace.apply(times(3).operation, trace.value('leaf')));
      expect(await gradients(trace, 'end', 'leaf', 'block')).toEqual({ leaf: [3], block: [3] });
      trace.dispose();
    });

    it('owns its tensors and nothing else', async () => {
      const before = memory().numTensors;
      const trace = new Trace(tensor1d([1]));
      trace.tap('end', trace.apply(add, trace.apply(times(2).operation, trace.input), trace.input));
      await gradients(trace, 'end', 'input', 'end');
      expect(memory().numTensors).toBe(before + 3);
      trace.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it.each([
      ['gradient', [0, -6, 7, 0]],
      ['guided', [0, 0, 7, 0]],
      ['deconvnet', [5, 0, 7, 8]],
    ] as const)(
      'sends back through a ReLU what the rule "%s" lets pass',
      async (rule, expected) => {
        const trace = new Trace(tensor1d([-1, 2, 3, -4]));
        trace.tap('end', trace.apply(relu, trace.input));
        const seed = tensor1d([5, -6, 7, 8]);
        const found = trace.backward(trace.value('end'), seed, ['input'], { reluRule: rule });
        expect([...(await found.get('input')!.data())]).toEqual(expected);
        dispose([seed, ...found.values()]);
        trace.dispose();
      },
    );

    it('computes again only what lies between a replaced value and the one asked for', async () => {
      const before = memory().numTensors;
      const [early, late, aside, last] = [times(2), times(3), times(5), times(7)];
      const trace = new Trace(tensor2d([[1, 1]]));
      const first = trace.apply(early.operation, trace.input);
      const middle = trace.tap('middle', trace.apply(late.operation, first));
      const side = trace.apply(aside.operation, first);
      const sum = trace.tap('sum', trace.apply(add, middle, trace.apply(add, side, middle)));
      trace.apply(last.operation, sum);
      const replacement = tensor2d([[1, 2], [3, 4], [0, 0]]); // prettier-ignore
      const replayed = trace.replay(middle, replacement, sum);
      // Twice the replacement, and the side branch of the one picture, 10, for each of the three.
      expect(await replayed.array()).toEqual([[12, 14], [16, 18], [10, 10]]); // prettier-ignore
      const counts = [early, late, aside, last].map((operation) => operation.counts.forward);
      expect(counts).toEqual([1, 1, 1, 1]);
      dispose([replayed, replacement]);
      trace.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('replaces the value asked for itself', async () => {
      const trace = new Trace(tensor2d([[1, 1]]));
      const replacement = tensor2d([[4, 5]]);
      const replayed = trace.replay(trace.input, replacement, trace.input);
      replacement.dispose();
      expect(await replayed.array()).toEqual([[4, 5]]);
      replayed.dispose();
      trace.dispose();
    });

    it('refuses a replacement that does not fit or leads nowhere', () => {
      const trace = new Trace(tensor2d([[1, 1]]));
      const end = trace.apply(times(2).operation, trace.input);
      const wide = tensor2d([[1, 2, 3]]);
      expect(() => trace.replay(trace.input, wide, end)).toThrow(
        'the replacement has shape [1, 3], expected [B, 2]',
      );
      const fitting = tensor2d([[1, 2]]);
      expect(() => trace.replay(end, fitting, trace.input)).toThrow('does not reach');
      dispose([wide, fitting]);
      trace.dispose();
    });

    it('names the tap it does not have', () => {
      const trace = new Trace(tensor1d([1]));
      expect(() => trace.value('nowhere')).toThrow('no activation recorded at "nowhere"');
      trace.dispose();
    });
  });
});
