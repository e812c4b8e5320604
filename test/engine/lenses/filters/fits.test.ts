import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientationDifference, signedAngle } from '../../../../src/kernels/angle.ts';
import { families } from '../../../../src/engine/lenses/filters/families.ts';
import { energyOf, meanOf, type Filter } from '../../../../src/engine/lenses/filters/filter.ts';
import { fitsOf } from '../../../../src/engine/lenses/filters/filterAnalysis.ts';
import { kernelOf, type KernelRequest } from '../../../support/syntheticKernel.ts';
import {
  prototypeFit,
  type PrototypeFit,
  type PrototypeKind,
} from '../../../../src/engine/lenses/filters/prototypeFit.ts';
import { targetOf } from '../../../../src/engine/lenses/filters/separable.ts';
import { noise as uniform } from '../../../support/models.ts';

/** A prototype in a colour on a ground, with noise of a share of its variation added. */
function made(
  request: KernelRequest,
  {
    ground = [0, 0, 0],
    share = 0,
    seed = 1,
  }: { ground?: number[]; share?: number; seed?: number } = {},
): Filter {
  const { shape, data } = kernelOf(request);
  const plane = request.size ** 2;
  const clean = data.map((value, i) => value + ground[Math.floor(i / plane)]!);
  const mean = meanOf(clean);
  const dirt = uniform(shape, seed).data;
  const scale = Math.sqrt((share * energyOf(clean.map((v) => v - mean))) / energyOf(dirt));
  return {
    channels: shape[0] as 1 | 3,
    size: request.size,
    weights: clean.map((value, i) => value + scale * dirt[i]!),
  };
}

function fitOf(filter: Filter, kind: PrototypeKind): PrototypeFit {
  const target = targetOf(filter);
  return prototypeFit(target, families[kind](target));
}

const warm = [0.8, 0.2, -0.4];

describe('steered derivative kernels', () => {
  it.each([
    ['sobel', 3, 0, 90],
    ['sobel', 7, 30, 120],
    ['scharr', 3, 135, 45],
    ['scharr', 7, -60, 30],
    ['prewitt', 5, 90, 0],
    ['prewitt', 7, -170, 100],
  ] as const)('%s of side %d towards %d is an edge at %d', (kind, size, towards, orientation) => {
    const filter = made({ kind, size, towards, colour: [1, 0.5, 0.25] }, { ground: [0.3, 0, 0] });
    const fit = fitOf(filter, kind);
    expect(fit.explained).toBeCloseTo(1, 6);
    expect(signedAngle(fit.parameters.towards! - towards)).toBeCloseTo(0, 4);
    expect(orientationDifference(fit.parameters.orientation!, orientation)).toBeLessThan(1e-4);
    expect(fit.parameters.size).toBe(size);
    expect(fit.pattern).toBe('edge');
    expect(fit.colour[1]! / fit.colour[0]!).toBeCloseTo(0.5, 5);
    expect(fit.ground[0]).toBeCloseTo(0.3, 5);
  });

  it('find the smaller kernel in a wider window', () => {
    const small = kernelOf({ kind: 'sobel', size: 3, towards: 0 }).data;
    const weights = new Float32Array(25);
    for (let y = 0; y < 3; y++) weights.set(small.subarray(3 * y, 3 * y + 3), 5 * (y + 1) + 1);
    const fit = fitOf({ channels: 1, size: 5, weights }, 'sobel');
    expect(fit.parameters.size).toBe(3);
    expect(fit.explained).toBeCloseTo(1, 6);
  });

  it('are colour edges if most of their energy is off the grey axis', () => {
    const colour = [1, -1, 0.2];
    expect(fitOf(made({ kind: 'sobel', size: 3, colour }), 'sobel').pattern).toBe('colourEdge');
    expect(fitOf(made({ kind: 'sobel', size: 3, colour: warm }), 'sobel').pattern).toBe(
      'colourEdge',
    );
  });

  it('explain what a hand can work out', () => {
    // A single weight in the corner: its energy about the mean is 8/9. On the Sobel kernels, of
    // norm sqrt 12, it has the coordinates -1 and 1, so that they explain 2/12.
    const weights = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0);
    const fit = fitOf({ channels: 1, size: 3, weights }, 'sobel');
    expect(fit.explained).toBeCloseTo(2 / 12 / (8 / 9), 10);
    expect(fit.parameters.towards).toBeCloseTo(135, 6);
  });
});

describe('the Laplacian', () => {
  it.each([3, 7])('of side %d is found, with the colour of its middle', (size) => {
    const fit = fitOf(made({ kind: 'laplacian', size, colour: [-1, -1, -1] }), 'laplacian');
    expect(fit.explained).toBeCloseTo(1, 6);
    expect(fit.parameters.size).toBe(size);
    expect(Math.min(...fit.colour)).toBeGreaterThan(0);
    expect(fit.pattern).toBe('blob');
  });
});

describe('Gabor functions', () => {
  const shapes = [
    { orientation: 20, wavelength: 4, phase: 0, sigma: 1.8, aspect: 0.8, x: 0, y: 0 },
    { orientation: 90, wavelength: 3, phase: 60, sigma: 2, aspect: 1, x: 0.5, y: -0.4 },
    { orientation: 135, wavelength: 6, phase: -90, sigma: 1.5, aspect: 0.6, x: 0, y: 0.8 },
    { orientation: 170, wavelength: 5, phase: 150, sigma: 1.6, aspect: 1.2, x: -0.7, y: 0.2 },
  ];

  it.each(shapes)('of 7x7 are recovered: %j', (shape) => {
    const colour = [0.9, 0.6, 0.3];
    const fit = fitOf(made({ kind: 'gabor', size: 7, ...shape, colour }), 'gabor');
    const found = fit.parameters;
    expect(fit.explained).toBeGreaterThan(0.9999);
    expect(orientationDifference(found.orientation!, shape.orientation)).toBeLessThan(0.5);
    expect(Math.abs(found.wavelength! / shape.wavelength - 1)).toBeLessThan(0.02);
    expect(Math.abs(signedAngle(found.phase! - shape.phase))).toBeLessThan(3);
    expect(Math.abs(found.sigma! / shape.sigma - 1)).toBeLessThan(0.03);
    expect(Math.abs(found.aspect! / shape.aspect - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.x! - shape.x)).toBeLessThan(0.05);
    expect(Math.abs(found.y! - shape.y)).toBeLessThan(0.05);
    colour.forEach((part, i) => expect(fit.colour[i]! / fit.colour[0]!).toBeCloseTo(part / 0.9, 2));
  });

  it.each(shapes)('of 7x7 survive noise of a fifth of their variation: %j', (shape) => {
    const request = { kind: 'gabor', size: 7, ...shape, colour: [1, 1, 1] } as const;
    const fit = fitOf(made(request, { share: 0.2 }), 'gabor');
    expect(fit.explained).toBeGreaterThan(0.78);
    expect(fit.explained).toBeLessThan(0.95);
    expect(orientationDifference(fit.parameters.orientation!, shape.orientation)).toBeLessThan(6);
    expect(Math.abs(fit.parameters.wavelength! / shape.wavelength - 1)).toBeLessThan(0.2);
  });

  it.each([
    { orientation: 45, wavelength: 3.2, phase: 0, sigma: 2 },
    { orientation: 90, wavelength: 4, phase: -90, sigma: 1.5 },
  ])('of 3x3 are recovered in orientation and share: %j', (shape) => {
    const fit = fitOf(made({ kind: 'gabor', size: 3, ...shape, colour: warm }), 'gabor');
    expect(fit.explained).toBeGreaterThan(0.999);
    expect(orientationDifference(fit.parameters.orientation!, shape.orientation)).toBeLessThan(2);
    expect(fit.parameters).toMatchObject({ aspect: 1, x: 0, y: 0 });
  });

  it('have the same phase whatever the sign of the colour', () => {
    const shape = { ...shapes[2]!, kind: 'gabor' as const, size: 7 };
    const light = fitOf(made({ ...shape, colour: [1, 1, 1] }), 'gabor');
    const dark = fitOf(made({ ...shape, colour: [-1, -1, -1] }), 'gabor');
    expect(Math.min(...dark.colour)).toBeGreaterThan(0);
    const turned = signedAngle(dark.parameters.phase! - light.parameters.phase!);
    expect(Math.abs(Math.abs(turned) - 180)).toBeLessThan(1);
  });

  it('are edges with two lobes and gratings with three', () => {
    const base = {
      kind: 'gabor',
      size: 7,
      orientation: 70,
      sigma: 1.6,
      colour: [1, 1, 1],
    } as const;
    const pattern = (phase: number, wavelength: number) =>
      fitOf(made({ ...base, phase, wavelength }), 'gabor').pattern;
    expect(pattern(90, 9)).toBe('edge');
    expect(pattern(-90, 7)).toBe('edge');
    expect(pattern(0, 4)).toBe('grating');
    expect(pattern(180, 5)).toBe('grating');
    expect(pattern(90, 2.5)).toBe('grating');
  });
});

describe('blobs', () => {
  it('are recovered, off the middle as well, with the colours of middle and ground', () => {
    const shape = { kind: 'blob', size: 7, x: 0.8, y: -1, sigma: 1.4 } as const;
    const fit = fitOf(made({ ...shape, colour: warm }, { ground: [-0.1, 0.1, 0.2] }), 'blob');
    expect(fit.explained).toBeGreaterThan(0.9999);
    expect(fit.parameters.x).toBeCloseTo(0.8, 2);
    expect(fit.parameters.y).toBeCloseTo(-1, 2);
    expect(fit.parameters.sigma).toBeCloseTo(1.4, 2);
    expect(fit.colour[2]! / fit.colour[0]!).toBeCloseTo(-0.5, 3);
    expect(fit.pattern).toBe('blob');
  });

  it('of 3x3 stay in the middle', () => {
    const fit = fitOf(made({ kind: 'blob', size: 3, sigma: 0.9, colour: [1] }), 'blob');
    expect(fit.parameters).toEqual({ x: 0, y: 0, sigma: expect.closeTo(0.9, 2) });
  });

  it('with a surround are recovered: both widths, and the sign of the middle', () => {
    const shape = { kind: 'differenceOfGaussians', size: 7, x: 0.3, y: 0.4 } as const;
    const widths = { sigma: 1, surroundSigma: 2 };
    const fit = fitOf(made({ ...shape, ...widths, colour: [-1, -1, -1] }), 'differenceOfGaussians');
    expect(fit.explained).toBeGreaterThan(0.9999);
    expect(fit.parameters.sigma).toBeCloseTo(1, 1);
    expect(fit.parameters.surroundSigma).toBeCloseTo(2, 1);
    expect(Math.max(...fit.colour)).toBeLessThan(0);
  });
});

describe('every fit', () => {
  const weight = fc.float({ min: -1, max: 1, noNaN: true });

  it('and its residual add up to the filter, and the explained share is theirs', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 75, maxLength: 75 }), (values) => {
        const filter: Filter = { channels: 3, size: 5, weights: Float32Array.from(values) };
        const mean = meanOf(values);
        const variation = energyOf(values.map((v) => v - mean));
        fc.pre(variation > 1e-3);
        for (const fit of fitsOf(filter)) {
          values.forEach((value, i) =>
            expect(fit.prototype[i]! + fit.residual[i]!).toBeCloseTo(value, 5),
          );
          expect(fit.explained).toBeCloseTo(1 - energyOf(fit.residual) / variation, 4);
          expect(fit.explained).toBeGreaterThanOrEqual(fit.groundShare - 1e-6);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('gives way to a kernel with fewer parameters that explains nearly as much', () => {
    const filter = made(
      { kind: 'sobel', size: 3, towards: 20, colour: [1, 1, 1] },
      { share: 0.05 },
    );
    const [first, ...others] = fitsOf(filter);
    const gabor = others.find(({ kind }) => kind === 'gabor')!;
    expect(first!.kind).toBe('sobel');
    expect(gabor.explained).toBeGreaterThan(first!.explained - 0.05);
  });

  it('does not mind how strong a filter is, or how bright', () => {
    const filter = made({ kind: 'gabor', size: 7, phase: 30, colour: warm }, { share: 0.4 });
    const scaled = { ...filter, weights: filter.weights.map((v) => 3 * v + 2) };
    const [a, b] = [fitOf(filter, 'gabor'), fitOf(scaled, 'gabor')];
    expect(b.explained).toBeCloseTo(a.explained, 3);
    expect(b.parameters.wavelength! / a.parameters.wavelength!).toBeCloseTo(1, 1);
  });

  it('of a filter without any variation explains nothing', () => {
    const flat = { channels: 3 as const, size: 3, weights: new Float32Array(27).fill(0.2) };
    for (const fit of fitsOf(flat)) {
      expect(fit.explained).toBe(0);
      expect([...fit.prototype, ...fit.residual].every(Number.isFinite)).toBe(true);
    }
  });
});
