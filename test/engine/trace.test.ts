import { dispose, memory, mul, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { add } from '../../src/engine/ops/add.ts';
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

    it('names the tap it does not have', () => {
      const trace = new Trace(tensor1d([1]));
      expect(() => trace.value('nowhere')).toThrow('no activation recorded at "nowhere"');
      trace.dispose();
    });
  });
});
