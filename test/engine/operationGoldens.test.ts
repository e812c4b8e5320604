import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { nodeBound, onEachBackend } from '../support/backends.ts';
import { relativeError } from '../support/closeness.ts';
import { readGoldenFile } from '../support/goldens.ts';
import { opCases, runOpCase } from '../support/opCases.ts';

const cases = opCases(await readGoldenFile('ops.safetensors'));

describe('operations against PyTorch', () => {
  it('covers convolutions, poolings and the rest', () => {
    const count = (op: string) => cases.filter((entry) => entry.op === op).length;
    expect(count('conv2d')).toBeGreaterThanOrEqual(24);
    expect(count('max_pool2d')).toBeGreaterThanOrEqual(30);
    for (const op of ['batch_norm', 'relu', 'linear', 'adaptive_avg_pool2d'])
      expect(count(op), op).toBeGreaterThanOrEqual(1);
  });

  onEachBackend(() => {
    it.each(cases)('$name', async (entry) => {
      const before = memory().numTensors;
      const { output, inputGradient } = await runOpCase(entry);
      expect(output.shape).toEqual(entry.output.shape);
      expect(relativeError(output.data, entry.output.data)).toBeLessThanOrEqual(nodeBound);
      expect(inputGradient.shape).toEqual(entry.inputGradient.shape);
      expect(relativeError(inputGradient.data, entry.inputGradient.data)).toBeLessThanOrEqual(
        nodeBound,
      );
      expect(memory().numTensors).toBe(before);
    });
  });
});
