import { seededRandom, standardNormal } from '../random.ts';

/**
 * `count` draws of mean 0 and variance 1 for sample number `sample`: a stream of its own, so that the
 * noise of a sample does not depend on how many are computed at a time.
 */
export function normalNoise(count: number, seed: number, sample: number): Float32Array {
  const random = seededRandom(seed, sample);
  return Float32Array.from({ length: count }, () => standardNormal(random));
}
