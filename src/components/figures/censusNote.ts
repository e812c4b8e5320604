import { filterTile } from '../../draw/filterTiles.ts';
import { numberText } from '../../draw/numberText.ts';
import type { RasterImage } from '../../draw/raster.ts';
import type { FilterAnalysis, FilterCensus, PrototypeFit } from '../../worker/protocol.ts';
import { countingFit, rowsOf, verdictAt } from './censusVerdict.ts';
import { filterShape, filtersOf } from './filterLayers.ts';
import { kindNames } from './filterWords.ts';

/** A filter as the figure tells of it when it is pointed at. */
export interface FilterNote {
  readonly index: number;
  readonly name: string;
  /** What was found in it, in words. */
  readonly text: string;
  readonly filter: RasterImage;
  readonly prototype: RasterImage;
}

/** What is known of one filter, for a reader who wants to check its verdict. */
export function filterNote(census: FilterCensus, index: number, least: number): FilterNote {
  const analysis = census.filters[index]!;
  const { channels, height, width } = filterShape(census.weights);
  const tile = (weights: Float32Array) => filterTile(weights, channels, height, width);
  const fit = countingFit(analysis, least) ?? bestOf(analysis);
  const verdict = verdictAt(analysis, least);
  const { one } = rowsOf(channels).find((row) => row.verdict === verdict)!;
  return {
    index,
    name: one,
    text:
      verdict === 'dead'
        ? `Its norm, ${numberText(analysis.norm)}, is next to nothing.`
        : fitText(fit, verdict === 'noise'),
    filter: tile(filtersOf(census.weights)[index]!),
    prototype: tile(fit.prototype),
  };
}

const bestOf = ({ fits }: FilterAnalysis): PrototypeFit =>
  fits.reduce((best, fit) => (fit.explained > best.explained ? fit : best));

const percent = (share: number): string => `${Math.round(100 * share)} percent`;

function fitText(fit: PrototypeFit, falls: boolean): string {
  const { kind, explained, noiseFloor, groundShare } = fit;
  const plain = groundShare > 0.5 ? ` (${percent(groundShare)} by its flat colour alone)` : '';
  const details = detailText(fit);
  const what = `A ${kindNames[kind]}${details ? ` ${details}` : ''} explains ${percent(explained)}${plain}`;
  if (!falls) return `${what}.`;
  return explained <= noiseFloor
    ? `${what}; noise gets as far as ${percent(noiseFloor)}.`
    : `${what}, and no kernel more.`;
}

/** The parameters that can be seen. */
function detailText({ parameters: p }: PrototypeFit): string {
  const parts = [
    p.size === undefined ? '' : `of ${p.size}×${p.size}`,
    p.orientation === undefined ? '' : `at ${Math.round(p.orientation) % 180}°`,
    p.wavelength === undefined ? '' : `with ${numberText(p.wavelength, 2)} pixels to a cycle`,
    p.wavelength !== undefined || p.sigma === undefined
      ? ''
      : `with σ = ${numberText(p.sigma, 2)} pixels`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
