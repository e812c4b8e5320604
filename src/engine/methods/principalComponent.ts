import type { Note } from './notes.ts';

/** Steps after which the power method gives up; a ratio of eigenvalues of 0.99 takes about 1400. */
const mostSteps = 4000;
/** Change of the unit vector that counts as none. */
const settled = 1e-11;
/** Magnitudes whose ratio lies above leave the sign of a component undecided. */
const alike = 0.9;

/** A symmetric matrix times a vector. */
function times(matrix: Float64Array, vector: Float64Array): Float64Array<ArrayBuffer> {
  const size = vector.length;
  return Float64Array.from({ length: size }, (_, row) => {
    let sum = 0;
    for (let i = 0, at = row * size; i < size; i++, at++) sum += matrix[at]! * vector[i]!;
    return sum;
  });
}

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export interface Eigenpair {
  readonly value: number;
  /** Of length 1; all zeros for a matrix of zeros. */
  readonly vector: Float64Array;
}

/**
 * The largest eigenvalue of a symmetric matrix and its vector, by the power method; `shift` times the
 * identity, added before, makes it the largest also by magnitude.
 */
function dominant(matrix: Float64Array, size: number, shift: number): Eigenpair {
  let vector = Float64Array.from({ length: size }, (_, i) => 1 + ((i * 0.618034) % 1));
  let value = 0;
  for (let step = 0; step < mostSteps; step++) {
    const image = times(matrix, vector).map((entry, i) => entry + shift * vector[i]!);
    const length = Math.sqrt(dot(image, image));
    if (length === 0) return { value: 0, vector: new Float64Array(size) };
    const next = image.map((entry) => entry / length);
    const moved = next.reduce((most, entry, i) => Math.max(most, Math.abs(entry - vector[i]!)), 0);
    vector = next;
    if (moved < settled) break;
  }
  value = dot(vector, times(matrix, vector));
  return { value, vector };
}

/** The largest eigenvalue (not by magnitude) of a symmetric matrix `[size, size]`, and its vector. */
export function largestEigenpair(matrix: Float64Array, size: number): Eigenpair {
  const first = dominant(matrix, size, 0);
  return first.value < 0 ? dominant(matrix, size, -first.value) : first;
}

/**
 * Projection of `plane` points in as many dimensions as there are channels onto their first principal
 * component: of `terms` `[C, H * W]`, centred for each channel or not, the left singular vector times
 * the singular value, `[H * W]`. Its sign is still whatever it happens to be.
 */
export function firstComponent(
  terms: Float32Array,
  plane: number,
  centre: 'channels' | 'none',
): Float64Array {
  const channels = terms.length / plane;
  const rows = Array.from({ length: channels }, (_, c) => {
    const row = Float64Array.from(terms.subarray(c * plane, (c + 1) * plane));
    const mean = centre === 'channels' ? row.reduce((a, b) => a + b, 0) / plane : 0;
    return row.map((value) => value - mean);
  });
  if (channels <= plane) {
    const { vector } = largestEigenpair(gram(rows), channels);
    return Float64Array.from({ length: plane }, (_, i) =>
      rows.reduce((sum, row, c) => sum + vector[c]! * row[i]!, 0),
    );
  }
  const points = Array.from({ length: plane }, (_, i) => Float64Array.from(rows, (row) => row[i]!));
  const { value, vector } = largestEigenpair(gram(points), plane);
  return vector.map((entry) => entry * Math.sqrt(Math.max(0, value)));
}

/** Products of every pair of vectors, `[n, n]`. */
function gram(vectors: readonly Float64Array[]): Float64Array {
  const size = vectors.length;
  const products = new Float64Array(size * size);
  vectors.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const product = dot(a, vectors[j]!);
      products[i * size + j] = product;
      products[j * size + i] = product;
    }
  });
  return products;
}

/**
 * A component with the sign that makes its largest magnitude positive (SegEigenCAM's rule), and a
 * note where the other sign had about as good a claim.
 */
export function withSign(component: Float64Array): {
  readonly map: Float32Array;
  readonly notes: readonly Note[];
} {
  const min = Math.min(...component);
  const max = Math.max(...component);
  const flip = -min > max;
  const map = Float32Array.from(component, (value) => (flip ? -value : value));
  const [low, high] = [Math.min(-min, max), Math.max(-min, max)];
  const range = flip ? { min: -max, max: -min } : { min, max };
  return { map, notes: low > alike * high ? [{ code: 'uncertain-sign', ...range }] : [] };
}
