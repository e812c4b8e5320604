import { channelSpectra, magnitudes, type ChannelSpectra } from '../../../kernels/fourier.ts';
import { luminanceOf, type Filter } from './filter.ts';

/** A filter's Fourier magnitudes. */
export interface Spectrum extends ChannelSpectra {
  /** Of the mean over the channels, `[size, size]`. */
  readonly luminance: Float32Array;
}

export function spectrumOf(filter: Filter): Spectrum {
  const luminance = magnitudes(luminanceOf(filter), filter.size);
  return { ...channelSpectra(filter.weights, filter.size), luminance };
}
