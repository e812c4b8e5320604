import { tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { convolve, paddedPicture } from '../../src/draw/convolve.ts';
import { nchwToNhwc } from '../../src/engine/layout.ts';
import { conv2d } from '../../src/engine/ops/conv2d.ts';
import { noise } from '../support/models.ts';

const plain = { mean: [0], std: [1] };

/** Grey, 3 wide and 2 high. */
const grey = { width: 3, height: 2, channels: 1, data: [51, 102, 153, 204, 255, 0] };

describe('a picture', () => {
  it('is normalised and gets a border of zeros', () => {
    const { data } = paddedPicture(grey, { mean: [0.5], std: [0.25] }, 1);
    const expected = [
      [0, 0, 0, 0, 0],
      [0, -1.2, -0.4, 0.4, 0],
      [0, 1.2, 2, -2, 0],
      [0, 0, 0, 0, 0],
    ].flat();
    [...data].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  it('has its channels in planes', () => {
    const colour = { width: 1, height: 1, channels: 3, data: [255, 51, 0] };
    const { data } = paddedPicture(colour, { mean: [0, 0, 1], std: [1, 1, 2] }, 0);
    expect([...data]).toEqual([1, Math.fround(0.2), -0.5]);
  });
});

describe('convolving', () => {
  it('takes the dot product with the patch around each pixel, not flipped', () => {
    const out = convolve(paddedPicture(grey, plain, 1), [0, 0, 0, 0, 1, 10, 0, 0, 100], 3);
    // In fifths: itself, ten times its right, a hundred times the one below on the right.
    const fifths = [1 + 20 + 500, 2 + 30 + 0, 3, 4 + 50, 5 + 0, 0];
    [...out].forEach((value, i) => expect(value).toBeCloseTo(fifths[i]! / 5, 5));
  });

  it('gives a flat picture nothing where the kernel sums to 0', () => {
    const flat = { width: 9, height: 9, channels: 1, data: new Uint8Array(81).fill(200) };
    const kernel = Array.from({ length: 49 }, (_, i) => (i % 7) - 3);
    const out = convolve(paddedPicture(flat, plain, 3), kernel, 7);
    expect(out[4 * 9 + 4]).toBeCloseTo(0, 5);
    // The border is not flat.
    expect(out[4 * 9]).toBeGreaterThan(1);
  });

  it('refuses a kernel or a border of another size', () => {
    const picture = paddedPicture(grey, plain, 1);
    expect(() => convolve(picture, new Float32Array(49), 7)).toThrow('expected 49');
    expect(() => convolve(picture, new Float32Array(27), 3)).toThrow('expected 9');
  });
});

describe('the engine’s convolution gives the same', () => {
  beforeAll(() => startNodeBackend('cpu'));

  const size = 20;
  const picture = {
    width: size,
    height: size,
    channels: 3,
    data: Uint8Array.from({ length: 3 * size * size }, (_, i) => (i * 37) % 256),
  };
  const normalization = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] };

  it.each([
    ['3x3 in its own colours', 3, noise([3, 3, 3], 5).data],
    ['7x7 in its own colours', 7, noise([3, 7, 7], 6).data],
    ['7x7 in one colour', 7, oneColour(noise([7, 7], 7).data, [0.5, -1, 0.25])],
    ['7x7 in a colour without red', 7, oneColour(noise([7, 7], 8).data, [0, 0, 1])],
    ['7x7 of nothing', 7, new Float32Array(147)],
  ] as const)('for a kernel of %s', async (_, side, kernel) => {
    const padding = (side - 1) / 2;
    const padded = paddedPicture(picture, normalization, padding);
    const unpadded = paddedPicture(picture, normalization, 0).data;
    const nhwc = tensor4d(nchwToNhwc(unpadded, [1, 3, size, size]), [1, size, size, 3]);
    const operation = conv2d({
      weightOIHW: Float32Array.from(kernel),
      shape: [1, 3, side, side],
      stride: 1,
      padding,
    });
    const expected = await operation.forward(nhwc).data();
    const found = convolve(padded, kernel, side);
    expect(found).toHaveLength(size * size);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3));
  });
});

function oneColour(plane: Float32Array, colour: readonly number[]): Float32Array {
  return Float32Array.from(colour.flatMap((part) => [...plane].map((weight) => part * weight)));
}
