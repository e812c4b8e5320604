import { gaussian } from '../../../kernels/handDesigned.ts';
import { levenbergMarquardt, type Solution } from './levenbergMarquardt.ts';
import { solve, turned, type FoundPattern } from './prototypeFit.ts';
import { orthonormal, residualsOf, type Basis, type Target } from './separable.ts';

/** How far from the middle a blob may lie, in sides of the window; 3x3 is too small to tell. */
const reach = (size: number) => (size > 3 ? size / 4 : 0);

/** The parameters behind a basis, searched from several starts. */
function search(
  target: Target,
  basisAt: (point: readonly number[]) => Basis,
  bounds: { readonly low: readonly number[]; readonly high: readonly number[] },
  starts: readonly (readonly number[])[],
): Solution {
  const out = new Float64Array(target.variation.length);
  const residuals = (point: readonly number[]) => residualsOf(target, basisAt(point), out);
  return levenbergMarquardt({ residuals, ...bounds }, starts);
}

/** The filter against one round Gaussian: x, y and log sigma by least squares. */
export function blobFit(target: Target): FoundPattern {
  const { size } = target;
  const far = reach(size);
  const basisAt = ([x, y, logSigma]: readonly number[]) =>
    orthonormal(gaussian({ x: x!, y: y!, sigma: Math.exp(logSigma!) }, size));
  const { point } = search(
    target,
    basisAt,
    { low: [0 - far, 0 - far, Math.log(0.5)], high: [far, far, Math.log(size)] },
    [1 / 8, 1 / 4, 1 / 2].map((share) => [0, 0, Math.log(Math.max(0.6, share * size))]),
  );
  const [x, y, logSigma] = point as [number, number, number];
  const solved = solve(target, basisAt(point));
  return {
    kind: 'blob',
    parameters: { x, y, sigma: Math.exp(logSigma) },
    form: 'blob',
    plane: solved.plane,
    colour: solved.colour,
  };
}

/** The filter against a Gaussian minus a wider one of any strength, both around one point. */
export function differenceOfGaussiansFit(target: Target): FoundPattern {
  const { size } = target;
  const far = reach(size);
  const shapeAt = ([x, y, logSigma, logRatio]: readonly number[]) => {
    const sigma = Math.exp(logSigma!);
    return { x: x!, y: y!, sigma, surroundSigma: sigma * Math.exp(logRatio!) };
  };
  const basisAt = (point: readonly number[]) => {
    const { x, y, sigma, surroundSigma } = shapeAt(point);
    return orthonormal(
      gaussian({ x, y, sigma }, size),
      gaussian({ x, y, sigma: surroundSigma }, size),
    );
  };
  const { point } = search(
    target,
    basisAt,
    {
      low: [0 - far, 0 - far, Math.log(0.5), Math.log(1.3)],
      high: [far, far, Math.log(size / 2), Math.log(4)],
    },
    [1 / 8, 1 / 4].map((share) => [0, 0, Math.log(Math.max(0.6, share * size)), Math.log(1.6)]),
  );
  const solved = solve(target, basisAt(point));
  const { plane, colour } = solved.mixture[0] < 0 ? turned(solved) : solved;
  return { kind: 'differenceOfGaussians', parameters: shapeAt(point), form: 'blob', plane, colour };
}
