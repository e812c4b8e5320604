import { dispose, tensor4d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  inputGradientKernels,
  nchwToNhwc,
  oihwToHwio,
  sizeOf,
  toNchw,
} from '../../src/engine/layout.ts';
import { onEachBackend } from '../support/backends.ts';
import { noise } from '../support/models.ts';

describe('layouts', () => {
  it('NCHW and NHWC, by hand', () => {
    const nchw = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8, 50, 60, 70, 80);
    const nhwc = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80);
    expect(nchwToNhwc(nchw, [2, 2, 2, 2])).toEqual(nhwc);
  });

  onEachBackend(() => {
    it('NHWC to NCHW on the backend, by hand', async () => {
      const nhwc = tensor4d([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60], [2, 1, 3, 2]);
      const nchw = toNchw(nhwc);
      expect(nchw.shape).toEqual([2, 2, 1, 3]);
      expect([...(await nchw.data())]).toEqual([1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60]);
      dispose([nhwc, nchw]);
    });
  });

  it('OIHW to HWIO puts every weight where its indices say', () => {
    const [o, i, h, w] = [2, 3, 4, 5] as const;
    const { data } = noise([o, i, h, w]);
    const hwio = oihwToHwio(data, [o, i, h, w]);
    for (let a = 0; a < o; a++)
      for (let b = 0; b < i; b++)
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++)
            expect(hwio[((y * w + x) * i + b) * o + a]).toBe(data[((a * i + b) * h + y) * w + x]);
  });

  it('arrays of the wrong length are refused', () => {
    expect(() => nchwToNhwc(new Float32Array(7), [1, 2, 2, 2])).toThrow('got 7 values, expected 8');
  });

  it('the size of a scalar is 1, of an empty axis 0', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([3, 0, 5])).toBe(0);
  });

  it('every weight stands exactly once in the kernels of the input gradient', () => {
    const data = Float32Array.from({ length: 2 * 3 * 3 * 3 }, (_, k) => k + 1);
    const kernels = inputGradientKernels(data, [2, 3, 3, 3], 2, 1);
    expect(kernels).toHaveLength(2);
    const used = kernels.flatMap((kernel) => [...kernel.data]).filter((value) => value !== 0);
    expect(used.sort((a, b) => a - b)).toEqual([...data]);
  });
});
