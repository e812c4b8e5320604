import type { FilterAnalysis, PrototypeFit, Verdict } from '../../worker/protocol.ts';

interface Row {
  readonly verdict: Verdict;
  readonly one: string;
  readonly many: string;
}

/** What the rows of a census are called, in their order. */
export const rows: readonly Row[] = [
  { verdict: 'edge', one: 'edge', many: 'edges' },
  { verdict: 'colourEdge', one: 'edge between two colours', many: 'edges between two colours' },
  { verdict: 'grating', one: 'grating', many: 'gratings' },
  { verdict: 'blob', one: 'blob or plain colour', many: 'blobs and plain colours' },
  { verdict: 'noise', one: 'none of these', many: 'none of these' },
  { verdict: 'dead', one: 'dead', many: 'dead' },
];

/** The same for filters without colours. */
const greyRows: readonly Row[] = rows
  .filter(({ verdict }) => verdict !== 'colourEdge')
  .map((row) => (row.verdict === 'blob' ? { ...row, one: 'blob', many: 'blobs' } : row));

export const rowsOf = (channels: number): readonly Row[] => (channels === 3 ? rows : greyRows);

/** The most telling of the fits that explain enough; undefined where none does. */
export function countingFit({ fits }: FilterAnalysis, least: number): PrototypeFit | undefined {
  return fits.find(
    ({ explained, noiseFloor }) => 100 * explained >= least && explained > noiseFloor,
  );
}

/** @param least percent that must be explained */
export function verdictAt(analysis: FilterAnalysis, least: number): Verdict {
  if (analysis.verdict === 'dead') return 'dead';
  return countingFit(analysis, least)?.pattern ?? 'noise';
}
