import { signedAngle, degrees, orientationAcross } from '../../../kernels/angle.ts';
import {
  centred,
  derivativePair,
  laplacian,
  sidesIn,
  type DerivativeKind,
} from '../../../kernels/handDesigned.ts';
import { isDark, solve, turned, type FoundPattern } from './prototypeFit.ts';
import { orthonormal, separableFit, type Basis, type Target } from './separable.ts';

interface SizedBasis {
  readonly side: number;
  readonly basis: Basis;
}

type FixedKind = DerivativeKind | 'laplacian';

const known = new Map<string, SizedBasis[]>();

/** The kernels of a kind at every side that fits into the window. */
function bases(kind: FixedKind, window: number): SizedBasis[] {
  const key = `${kind} ${window}`;
  const made =
    known.get(key) ??
    sidesIn(window).map((side) => {
      const place = (kernel: Float64Array) => centred(kernel, side, window);
      if (kind === 'laplacian') return { side, basis: orthonormal(place(laplacian(side))) };
      const { right, up } = derivativePair(kind, side);
      return { side, basis: orthonormal(place(right), place(up)) };
    });
  known.set(key, made);
  return made;
}

function bestSide(target: Target, kind: FixedKind): SizedBasis {
  const [first, ...others] = bases(kind, target.size);
  const energy = ({ basis }: SizedBasis) => separableFit(target, basis).energy;
  return others.reduce((best, next) => (energy(next) > energy(best) ? next : best), first!);
}

/**
 * The filter against a derivative kernel turned to the best angle, at the best of the sides that fit
 * into its window: a turned kernel is a mixture of the one along x and the one along y, which have
 * the same norm and are orthogonal, so the angle is found exactly.
 */
export function derivativeFit(target: Target, kind: DerivativeKind): FoundPattern {
  const { side, basis } = bestSide(target, kind);
  const solved = solve(target, basis);
  const { plane, colour, mixture } = isDark(solved.colour)
    ? { ...turned(solved), mixture: solved.mixture.map((part) => -part) }
    : solved;
  const [right, up] = mixture as [number, number];
  return {
    kind,
    parameters: {
      orientation: orientationAcross(right, -up),
      towards: signedAngle(degrees(Math.atan2(up, right))),
      size: side,
    },
    form: 'edge',
    plane,
    colour,
  };
}

/** The filter against the Laplacian with a positive middle, at the best side. */
export function laplacianFit(target: Target): FoundPattern {
  const { side, basis } = bestSide(target, 'laplacian');
  return {
    kind: 'laplacian',
    parameters: { size: side },
    form: 'blob',
    ...turned(solve(target, basis)),
  };
}
