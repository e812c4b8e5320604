import {
  interpolateCividis,
  interpolateInferno,
  interpolateMagma,
  interpolateViridis,
  schemeRdBu,
} from 'd3';

export const colormapNames = [
  'viridis',
  'inferno',
  'magma',
  'cividis',
  'greys',
  'hot',
  'jet',
  'diverging',
] as const;

/** `diverging` runs blue, white, red and is meant for ranges centred on 0; `hot` and `jet` are matplotlib's. */
export type Colormap = (typeof colormapNames)[number];

type Stops = readonly (readonly [position: number, value: number])[];

// The segment tables of matplotlib's _cm.py.
const hot: readonly [Stops, Stops, Stops] = [
  [
    [0, 0.0416],
    [0.365079, 1],
    [1, 1],
  ],
  [
    [0, 0],
    [0.365079, 0],
    [0.746032, 1],
    [1, 1],
  ],
  [
    [0, 0],
    [0.746032, 0],
    [1, 1],
  ],
];
const jet: readonly [Stops, Stops, Stops] = [
  [
    [0, 0],
    [0.35, 0],
    [0.66, 1],
    [0.89, 1],
    [1, 0.5],
  ],
  [
    [0, 0],
    [0.125, 0],
    [0.375, 1],
    [0.64, 1],
    [0.91, 0],
    [1, 0],
  ],
  [
    [0, 0.5],
    [0.11, 1],
    [0.34, 1],
    [0.65, 0],
    [1, 0],
  ],
];

function piecewise(stops: Stops, position: number): number {
  const next = stops.findIndex(([end]) => end >= position);
  if (next <= 0) return stops[0]![1];
  const [start, from] = stops[next - 1]!;
  const [end, to] = stops[next]!;
  return from + ((position - start) / (end - start)) * (to - from);
}

function segmented(tables: readonly [Stops, Stops, Stops]): (entry: number) => readonly number[] {
  return (entry) => tables.map((stops) => 255 * piecewise(stops, entry / 255));
}

/** Red, green and blue of `#440154` or `rgb(68, 1, 84)`: what D3's maps give, without its reader of all CSS colours. */
function rgbOf(text: string): readonly number[] {
  if (text.startsWith('#')) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return text.match(/\d+/g)!.map(Number);
}

/** The uniform B-spline through colours that D3 draws its diverging maps with, channel by channel. */
function spline(colours: readonly string[]): (position: number) => readonly number[] {
  const channels = [0, 1, 2].map((channel) => colours.map((colour) => rgbOf(colour)[channel]!));
  const last = colours.length - 1;
  return (position) => {
    const piece = Math.min(last - 1, Math.floor(position * last));
    const t = position * last - piece;
    return channels.map((values) => {
      const [from, to] = [values[piece]!, values[piece + 1]!];
      const before = values[piece - 1] ?? 2 * from - to;
      const after = values[piece + 2] ?? 2 * to - from;
      const sum =
        (1 - t) ** 3 * before +
        (4 - 6 * t ** 2 + 3 * t ** 3) * from +
        (1 + 3 * t + 3 * t ** 2 - 3 * t ** 3) * to +
        t ** 3 * after;
      return Math.min(255, Math.max(0, sum / 6));
    });
  };
}

// D3's tables hold 256 colours found by floor(256 t): the middle of a bin names its entry exactly.
const fromTable = (interpolate: (position: number) => string) => {
  return (entry: number) => rgbOf(interpolate((entry + 0.5) / 256));
};
const redBlue = spline(schemeRdBu[11]!);

const entryOf: Record<Colormap, (entry: number) => readonly number[]> = {
  viridis: fromTable(interpolateViridis),
  inferno: fromTable(interpolateInferno),
  magma: fromTable(interpolateMagma),
  cividis: (entry) => rgbOf(interpolateCividis(entry / 255)),
  greys: (entry) => [entry, entry, entry],
  hot: segmented(hot),
  jet: segmented(jet),
  // Entry 128 is where 0 lands, so that is where the middle of the scale goes.
  diverging: (entry) =>
    redBlue(1 - Math.min(1, entry / 256 + (entry > 128 ? (entry - 128) / (127 * 256) : 0))),
};

const luts = new Map<Colormap, Uint8Array<ArrayBuffer>>();

/** 256 colours as 768 bytes r, g, b; entry i shows values from i/256 up to (i+1)/256 of the range. Shared: do not write to it. */
export function colormapLut(name: Colormap): Uint8Array<ArrayBuffer> {
  const known = luts.get(name);
  if (known) return known;
  if (!(name in entryOf)) {
    throw new RangeError(
      `unknown colour map: ${String(name)}; expected one of ${colormapNames.join(', ')}`,
    );
  }
  const lut = new Uint8Array(256 * 3);
  for (let entry = 0; entry < 256; entry++) {
    lut.set(entryOf[name](entry).map(Math.round), 3 * entry);
  }
  luts.set(name, lut);
  return lut;
}

/** The map as a CSS `linear-gradient` of 17 stops, low to high in the given direction. */
export function cssGradient(name: Colormap, direction = 'to right'): string {
  const lut = colormapLut(name);
  const stops = Array.from({ length: 17 }, (_, i) => {
    const entry = Math.min(255, i * 16);
    return `rgb(${lut.slice(3 * entry, 3 * entry + 3).join(' ')})`;
  });
  return `linear-gradient(${direction}, ${stops.join(', ')})`;
}
