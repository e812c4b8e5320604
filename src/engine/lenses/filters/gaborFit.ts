import { degrees, fullAngle, radians, signedAngle } from '../../../kernels/angle.ts';
import { gaborBandwidth, gaborPair, type GaborShape } from '../../../kernels/handDesigned.ts';
import { levenbergMarquardt } from './levenbergMarquardt.ts';
import { isDark, solve, turned, type FoundPattern } from './prototypeFit.ts';
import { orthonormal, residualsOf, separableFit, type Basis, type Target } from './separable.ts';

/** Starts of the search on a grid of shapes around the middle. */
const gridOrientations = 12;
const gridWavelengths = [2.2, 3, 4.2, 6, 9, 14];
const gridSigmas = [0.2, 0.35, 0.6];
/** How many of the best are searched on from. */
const searched = 4;

interface GridPoint {
  readonly shape: GaborShape;
  readonly basis: Basis;
}

const grids = new Map<number, GridPoint[]>();

function grid(size: number): GridPoint[] {
  const known = grids.get(size);
  if (known) return known;
  const made: GridPoint[] = [];
  for (let i = 0; i < gridOrientations; i++)
    for (const wavelength of gridWavelengths.filter((length) => length <= 2 * size))
      for (const share of gridSigmas) {
        const orientation = (180 * i) / gridOrientations;
        const sigma = share * size;
        const shape = { orientation, wavelength, sigma, aspect: 1, x: 0, y: 0 };
        made.push({ shape, basis: basisOf(shape, size) });
      }
  grids.set(size, made);
  return made;
}

function basisOf(shape: GaborShape, size: number): Basis {
  const { even, odd } = gaborPair(shape, size);
  return orthonormal(even, odd);
}

/** Nine weights a channel cannot carry a centre and an aspect as well. */
const isSmall = (size: number) => size <= 3;

/** Shape from the search's coordinates: radians, logarithms, pixels. */
function shapeAt(point: readonly number[]): GaborShape {
  const [angle, logWavelength, logSigma, logAspect = 0, x = 0, y = 0] = point;
  return {
    orientation: degrees(angle!),
    wavelength: Math.exp(logWavelength!),
    sigma: Math.exp(logSigma!),
    aspect: Math.exp(logAspect),
    x,
    y,
  };
}

function pointOf({ orientation, wavelength, sigma }: GaborShape, size: number): number[] {
  const point = [radians(orientation), Math.log(wavelength), Math.log(sigma)];
  return isSmall(size) ? point : [...point, 0, 0, 0];
}

function bounds(size: number): { low: number[]; high: number[] } {
  const low = [-Infinity, Math.log(2), Math.log(0.6)];
  const high = [Infinity, Math.log(2 * size), Math.log(2 * size)];
  if (isSmall(size)) return { low, high };
  const far = size / 4;
  return {
    low: [...low, Math.log(0.25), -far, -far],
    high: [...high, Math.log(2), far, far],
  };
}

/** The best grid points, no two of nearly the same orientation and wavelength. */
function starts(target: Target): GaborShape[] {
  const ranked = grid(target.size)
    .map(({ shape, basis }) => ({ shape, energy: separableFit(target, basis).energy }))
    .sort((a, b) => b.energy - a.energy);
  const chosen: GaborShape[] = [];
  for (const { shape } of ranked) {
    const taken = chosen.some(
      ({ orientation, wavelength }) =>
        orientation === shape.orientation && wavelength === shape.wavelength,
    );
    if (!taken) chosen.push(shape);
    if (chosen.length === searched) break;
  }
  return chosen;
}

/**
 * The filter against a Gabor function: the best points of a grid, then Levenberg and Marquardt over
 * orientation, wavelength and sigma, and beyond 3x3 over aspect and centre as well; phase and colour
 * are solved for exactly at each step.
 */
export function gaborFit(target: Target): FoundPattern {
  const { size } = target;
  const out = new Float64Array(target.variation.length);
  const problem = {
    residuals: (point: readonly number[]) =>
      residualsOf(target, basisOf(shapeAt(point), size), out),
    ...bounds(size),
  };
  const from = starts(target).map((shape) => pointOf(shape, size));
  const { point } = levenbergMarquardt(problem, from);
  return describe(target, shapeAt(point));
}

function describe(target: Target, found: GaborShape): FoundPattern {
  const half = fullAngle(found.orientation);
  // Half a turn exchanges the two sides, and with them the sign of the phase.
  const shape = { ...found, orientation: half % 180 };
  const basis = basisOf(shape, target.size);
  const solved = solve(target, basis);
  const { plane, colour, mixture } = isDark(solved.colour)
    ? { ...turned(solved), mixture: solved.mixture.map((part) => -part) as [number, number] }
    : solved;
  return {
    kind: 'gabor',
    parameters: {
      ...shape,
      phase: signedAngle(degrees(Math.atan2(-mixture[1], mixture[0]))),
      bandwidth: gaborBandwidth(shape.wavelength, shape.sigma),
    },
    form: formOf(shape, mixture, target.size),
    plane,
    colour,
  };
}

/** A lobe counts if it has this share of the area under the profile, signs aside. */
const leastLobe = 0.15;
const profileStep = 0.1;

/**
 * An edge has two lobes across its stripes, one lighter and one darker than the mean; what has three
 * or more is a grating, of which a single stripe on its ground is the shortest.
 */
function formOf(
  shape: GaborShape,
  [even, odd]: readonly [number, number],
  size: number,
): 'edge' | 'grating' {
  const planes = gaborPair(shape, size);
  const mean = planes.even.reduce((sum, value, i) => sum + even * value + odd * planes.odd[i]!, 0);
  const level = mean / size ** 2;
  const across = radians(shape.orientation - 90);
  const [cos, sin] = [Math.cos(across), Math.sin(across)];
  const half = size / 2 / Math.max(Math.abs(cos), Math.abs(sin));
  const centre = shape.x * cos - shape.y * sin;
  const areas: number[] = [];
  for (let t = -half; t <= half; t += profileStep) {
    const u = t - centre;
    const envelope = Math.exp(-(u * u) / (2 * shape.sigma ** 2));
    const turn = (2 * Math.PI * u) / shape.wavelength;
    const value = envelope * (even * Math.cos(turn) + odd * Math.sin(turn)) - level;
    const last = areas.length - 1;
    if (last >= 0 && Math.sign(areas[last]!) === Math.sign(value)) areas[last]! += value;
    else areas.push(value);
  }
  const total = areas.reduce((sum, area) => sum + Math.abs(area), 0);
  const lobes = areas.filter((area) => Math.abs(area) >= leastLobe * total).length;
  return lobes > 2 ? 'grating' : 'edge';
}
