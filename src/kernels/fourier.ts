import { orientationAcross } from './angle.ts';

/** Frequencies in each direction: the filter is padded with zeros to this side. */
export const spectrumSize = 32;

/** The strongest frequency, all channels together, means removed. */
export interface SpectrumPeak {
  /** Cycles per pixel, 0 to 0.5 times the square root of 2. */
  readonly frequency: number;
  /** Pixels per cycle; null at frequency 0. */
  readonly wavelength: number | null;
  /** Of the stripes, 0 to 180 degrees. */
  readonly orientation: number;
}

/** Fourier magnitudes of each channel. */
export interface ChannelSpectra {
  readonly size: number;
  /** `[C, size, size]`. Frequency 0 is at row and column `size / 2`, y downwards. */
  readonly channels: Float32Array;
  readonly peak: SpectrumPeak;
}

/** Fourier magnitudes of a plane `[k, k]`, centred, `[size, size]`. */
export function magnitudes(plane: ArrayLike<number>, side: number): Float32Array {
  const { cos, sin } = waves(side);
  const rows = spectrumSize * side;
  const real = new Float64Array(rows);
  const imaginary = new Float64Array(rows);
  for (let y = 0; y < side; y++)
    for (let u = 0; u < spectrumSize; u++)
      for (let x = 0; x < side; x++) {
        const value = plane[y * side + x]!;
        real[y * spectrumSize + u]! += value * cos[u * side + x]!;
        imaginary[y * spectrumSize + u]! -= value * sin[u * side + x]!;
      }
  const out = new Float32Array(spectrumSize ** 2);
  for (let v = 0; v < spectrumSize; v++)
    for (let u = 0; u < spectrumSize; u++) {
      let re = 0;
      let im = 0;
      for (let y = 0; y < side; y++) {
        const at = y * spectrumSize + u;
        const c = cos[v * side + y]!;
        const s = sin[v * side + y]!;
        re += real[at]! * c + imaginary[at]! * s;
        im += imaginary[at]! * c - real[at]! * s;
      }
      out[v * spectrumSize + u] = Math.hypot(re, im);
    }
  return out;
}

interface Waves {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const knownWaves = new Map<number, Waves>();

/** Cosines and sines of frequency index (centred) times position, `[spectrumSize, side]`. */
function waves(side: number): Waves {
  const known = knownWaves.get(side);
  if (known) return known;
  const angle = (i: number) =>
    (2 * Math.PI * (Math.floor(i / side) - spectrumSize / 2) * (i % side)) / spectrumSize;
  const length = spectrumSize * side;
  const made = {
    cos: Float64Array.from({ length }, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from({ length }, (_, i) => Math.sin(angle(i))),
  };
  knownWaves.set(side, made);
  return made;
}

/** @param weights `[C, k, k]` @param side k */
export function channelSpectra(weights: Float32Array, side: number): ChannelSpectra {
  const count = weights.length / side ** 2;
  const channels = new Float32Array(count * spectrumSize ** 2);
  const power = new Float64Array(spectrumSize ** 2);
  for (let channel = 0; channel < count; channel++) {
    const plane = weights.subarray(channel * side ** 2, (channel + 1) * side ** 2);
    channels.set(magnitudes(plane, side), channel * spectrumSize ** 2);
    const mean = plane.reduce((sum, weight) => sum + weight, 0) / plane.length;
    magnitudes(
      plane.map((value) => value - mean),
      side,
    ).forEach((magnitude, i) => {
      power[i]! += magnitude ** 2;
    });
  }
  return { size: spectrumSize, channels, peak: peakOf(power) };
}

function peakOf(power: Float64Array): SpectrumPeak {
  const at = power.indexOf(Math.max(...power));
  const u = ((at % spectrumSize) - spectrumSize / 2) / spectrumSize;
  const v = (Math.floor(at / spectrumSize) - spectrumSize / 2) / spectrumSize;
  const frequency = power[at] === 0 ? 0 : Math.hypot(u, v);
  return {
    frequency,
    wavelength: frequency > 0 ? 1 / frequency : null,
    orientation: frequency > 0 ? orientationAcross(u, v) : 0,
  };
}
