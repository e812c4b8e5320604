import { EngineError } from '../errors.ts';
import { defineCam } from './classActivation.ts';
import { largestEigenpair, withSign } from './principalComponent.ts';

/** Positions of which every pair is compared. */
const mostPositions = 4096;

type Kernel = (a: Float64Array, b: Float64Array, gamma: number) => number;

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** scikit-learn's, gamma being 1 / channels. */
const kernels: Readonly<Record<'sigmoid' | 'rbf' | 'linear', Kernel>> = {
  sigmoid: (a, b, gamma) => Math.tanh(gamma * dot(a, b) + 1),
  rbf: (a, b, gamma) =>
    Math.exp(-gamma * a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)),
  linear: dot,
};

/** Takes the means of rows and columns off a symmetric matrix, and adds that of all. */
function centred(matrix: Float64Array, size: number): Float64Array {
  const means = Float64Array.from({ length: size }, (_, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += matrix[i]!;
    return sum / size;
  });
  const mean = means.reduce((a, b) => a + b, 0) / size;
  return matrix.map((value, i) => value - means[Math.floor(i / size)]! - means[i % size]! + mean);
}

/**
 * The first principal component of A after a kernel has moved it to another space, positions as
 * points and channels (centred) as their coordinates: no target, no gradient. The component's sign is
 * arbitrary; here the largest magnitude is positive, with a note where the other had as good a claim.
 * Source: Karmani, Sivakaran et al. 2024, arXiv:2410.00267; as pytorch-grad-cam's `KPCA_CAM`, which
 * leaves the sign to scikit-learn's `KernelPCA`.
 * @throws {EngineError} `invalid-option` for a layer of more than 4096 positions
 */
export const kpcaCam = defineCam({
  id: 'kpca-cam',
  name: 'KPCA-CAM',
  unit: 'units of the kernel',
  options: [
    {
      kind: 'choice',
      name: 'kernel',
      label: 'Kernel',
      choices: ['sigmoid', 'rbf', 'linear'],
      default: 'sigmoid',
    },
  ],
  relu: 'off',
  gradient: false,
  look({ layer, activation, channels, plane }, { kernel }) {
    if (plane > mostPositions)
      throw new EngineError(
        'invalid-option',
        `${layer} has ${plane} positions, KPCA-CAM compares each with each of at most ${mostPositions}, choose a deeper layer`,
      );
    const means = Float64Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let i = c * plane; i < (c + 1) * plane; i++) sum += activation[i]!;
      return sum / plane;
    });
    const points = Array.from({ length: plane }, (_, i) =>
      Float64Array.from(means, (mean, c) => activation[c * plane + i]! - mean),
    );
    const matrix = new Float64Array(plane * plane);
    points.forEach((a, i) => {
      for (let j = 0; j <= i; j++) {
        const value = kernels[kernel](a, points[j]!, 1 / channels);
        matrix[i * plane + j] = value;
        matrix[j * plane + i] = value;
      }
    });
    const { value, vector } = largestEigenpair(centred(matrix, plane), plane);
    return withSign(vector.map((entry) => entry * Math.sqrt(Math.max(0, value))));
  },
});
