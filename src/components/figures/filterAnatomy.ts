import { signedTile } from '../../draw/filterTiles.ts';
import { spectrumTile, type SpectrumTile } from '../../draw/filterSpectrum.ts';
import { signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import type { RasterImage } from '../../draw/raster.ts';
import type { FilterCensus, PrototypeFit, TensorData } from '../../worker/protocol.ts';
import { filterShape, filtersOf } from './filterLayers.ts';
import { kindNames, verdictNames } from './filterWords.ts';

/** A kind of prototype and how much of the filter it explains, 0 to 1. */
export interface NamedFit {
  readonly name: string;
  readonly explained: number;
}

/**
 * A filter taken apart: the hand-designed kernel nearest to it and what that leaves, both of the
 * trained weights, and the spectrum of the weights shown.
 */
export interface Anatomy {
  readonly verdict: string;
  readonly best: NamedFit;
  /** What the best kind explains of 95 in 100 filters of noise, at most. */
  readonly noiseFloor: number;
  /** Every other kind, the best first. */
  readonly others: readonly NamedFit[];
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  /** CSS colours of the pattern's light and dark part, at full weight; none for grey filters. */
  readonly colours: readonly [string, string] | undefined;
  readonly filter: RasterImage;
  readonly prototype: RasterImage;
  readonly residual: RasterImage;
  /** Scale of these three, centred on 0. */
  readonly range: ValueRange;
  readonly spectrum: RasterImage;
  readonly spectrumRange: ValueRange;
  /** Where the spectrum is strongest, in words. */
  readonly peak: string;
}

/** @param shown the weights that are shown, OIHW, where they are not those that were analysed */
export function anatomyOf(
  { weights, filters }: FilterCensus,
  index: number,
  shown: TensorData = weights,
): Anatomy {
  const { channels, height, width } = filterShape(weights);
  const analysis = filters[index]!;
  const best = analysis.fits[analysis.best]!;
  const filter = filtersOf(weights)[index]!;
  const range = signedRange([...filter, ...best.prototype, ...best.residual]);
  const tile = (part: Float32Array) => signedTile(part, channels, height, width, range);
  const spectrum = spectrumTile(filtersOf(shown)[index]!, height);
  return {
    verdict: verdictNames[analysis.verdict],
    best: named(best),
    noiseFloor: best.noiseFloor,
    others: analysis.fits
      .filter((fit) => fit !== best)
      .map(named)
      .sort((a, b) => b.explained - a.explained),
    parameters: parametersOf(best),
    colours: channels === 3 ? coloursOf(best.colour) : undefined,
    filter: tile(filter),
    prototype: tile(best.prototype),
    residual: tile(best.residual),
    range,
    spectrum: spectrum.image,
    spectrumRange: spectrum.range,
    peak: peakText(spectrum.peak),
  };
}

const named = ({ kind, explained }: PrototypeFit): NamedFit => ({
  name: kindNames[kind],
  explained,
});

function peakText({ frequency, wavelength, orientation }: SpectrumTile['peak']): string {
  if (wavelength === null) return 'none';
  return (
    `${numberText(frequency, 2)} cycles per pixel ` +
    `(${pixels(wavelength)} a cycle) at ${angle(orientation)}`
  );
}

const pixels = (length: number) => `${numberText(length, 2)}\u00a0px`;
const degrees = (turn: number) => `${numberText(Math.round(turn))}°`;

/** A direction from 0 to 180 degrees with the nearest of four words. */
function angle(orientation: number): string {
  const words = ['level', 'rising', 'upright', 'falling'];
  return `${degrees(Math.round(orientation) % 180)} (${words[Math.round(orientation / 45) % 4]!})`;
}

/** What lies in the middle of a Gabor of this phase. */
function phaseText(phase: number): string {
  const quarter = Math.round(Math.abs(phase) / 45);
  return `${degrees(phase)} (${['light stripe', 'in between', 'edge', 'in between', 'dark stripe'][quarter]!})`;
}

function parametersOf({ parameters: p }: PrototypeFit): Anatomy['parameters'] {
  const rows: ReadonlyArray<readonly [name: string, value: string | undefined]> = [
    ['orientation', given(p.orientation, angle)],
    ['lighter towards', given(p.towards, degrees)],
    ['wavelength', given(p.wavelength, pixels)],
    ['phase', given(p.phase, phaseText)],
    ['bandwidth', p.bandwidth === null ? 'no band' : given(p.bandwidth, octaves)],
    ['aspect', given(p.aspect, (ratio) => `${numberText(ratio, 2)} (across : along)`)],
    ['kernel', given(p.size, (side) => `${side}×${side}`)],
    [p.surroundSigma === undefined ? 'width (σ)' : 'centre (σ)', given(p.sigma, pixels)],
    ['surround (σ)', given(p.surroundSigma, pixels)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

const octaves = (width: number) => {
  const text = numberText(width, 2);
  return `${text} ${text === '1' ? 'octave' : 'octaves'}`;
};

function given(value: number | undefined, text: (value: number) => string): string | undefined {
  return value === undefined ? undefined : text(value);
}

/** A pattern's colour and its opposite, each around half brightness, as bright as they can be. */
function coloursOf(colour: readonly number[]): [string, string] {
  const strongest = Math.max(...colour.map(Math.abs)) || 1;
  const css = (sign: number) =>
    `rgb(${colour.map((part) => Math.round(127.5 * (1 + (sign * part) / strongest))).join(' ')})`;
  return [css(1), css(-1)];
}
