import { area, line, scaleLinear } from 'd3';
import type { ValueRange } from './normalize.ts';
import { numberText } from './numberText.ts';
import { escapeXml, plainText } from './svgText.ts';

/** What one direction of a chart measures. */
export interface Axis {
  readonly title: string;
  readonly range: ValueRange;
  /** Equal factors are equally far apart; the range is above 0. */
  readonly logarithmic?: boolean;
  /** Round numbers of the range unless told otherwise. */
  readonly ticks?: readonly number[];
}

export type Point = readonly [x: number, y: number];

/** A series: solid and dotted for what was computed, dashed for what is compared with it, points for what has no order. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly style: 'solid' | 'dashed' | 'points';
  /** Whether the points themselves are marked. */
  readonly marked?: boolean;
}

/** A bar from 0 to a height, between two places of the x axis. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly height: number;
}

/** An upright line over a place of the x axis. */
export interface Span {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface LineChart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly bars?: readonly Bar[];
  readonly spans?: readonly Span[];
}

export interface Tick {
  readonly value: number;
  readonly text: string;
  /** In units of the drawing, from its left or its top. */
  readonly at: number;
}

/** The outlines of a chart in a drawing of a given size; dots are lines without length, for round ends. */
export interface DrawnChart {
  readonly lines: ReadonlyArray<Series & { readonly path: string; readonly dots: string }>;
  readonly bars: string;
  readonly spans: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The value of the x axis at a place of the drawing. */
  readonly valueAt: (x: number) => number;
}

function placing({ range, logarithmic, ticks }: Axis, from: number, to: number) {
  const inner = (value: number) => (logarithmic ? Math.log(value) : value);
  const [low, high] = range.map(inner) as [number, number];
  // A range without width still has a middle.
  const scale = scaleLinear(low < high ? [low, high] : [low - 1, high + 1], [from, to]);
  const place = (value: number) => scale(inner(value));
  const values = ticks ?? scale.ticks(5);
  return {
    place,
    ticks: values.map((value) => ({ value, text: numberText(value), at: place(value) })),
    valueAt: (at: number) => {
      const value = scale.invert(at);
      return logarithmic ? Math.exp(value) : value;
    },
  };
}

export function drawChart(
  { x, y, series, bars = [], spans = [] }: LineChart,
  width = 100,
  height = 100,
): DrawnChart {
  const across = placing(x, 0, width);
  const up = placing(y, height, 0);
  const digits = (value: number) => Number(value.toFixed(2));
  const dot = ([px, py]: Point) => `M${digits(across.place(px))},${digits(up.place(py))}h0`;
  const outline = line<Point>()
    .digits(2)
    .x(([px]) => across.place(px))
    .y(([, py]) => up.place(py));
  const bar = area<Point>()
    .digits(2)
    .x(([px]) => across.place(px))
    .y0(up.place(0))
    .y1(([, py]) => up.place(py));
  return {
    lines: series.map((one) => ({
      ...one,
      path: one.style === 'points' ? '' : (outline(one.points) ?? ''),
      dots: one.marked ? one.points.map(dot).join('') : '',
    })),
    bars: bars
      .map(
        ({ from, to, height: top }) =>
          bar([
            [from, top],
            [to, top],
          ]) ?? '',
      )
      .join(''),
    spans: spans
      .map(
        ({ at, from, to }) =>
          `M${digits(across.place(at))},${digits(up.place(from))}V${digits(up.place(to))}`,
      )
      .join(''),
    xTicks: across.ticks,
    yTicks: up.ticks,
    x: across.place,
    y: up.place,
    valueAt: across.valueAt,
  };
}

/** From the smallest to the largest value, with some room beyond both. */
export function roomyRange(values: readonly number[], room = 0.06): ValueRange {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = room * (high - low || 1);
  return [low - margin, high + margin];
}

const sheet = { left: 110, plot: 620, right: 30, top: 70, height: 320, bottom: 70 };
const tones = ['#2346ad', '#b0451f', '#6b6f7d'] as const;

/** The chart as a drawing of its own, with its axes and the names of its series. */
export function lineChartSvg(title: string, chart: LineChart): string {
  const { left, plot, right, top, height, bottom } = sheet;
  const drawn = drawChart(chart, plot, height);
  const [width, whole] = [left + plot + right, top + height + bottom];
  const grid = [
    ...drawn.xTicks.map(
      ({ at, text }) =>
        `<path d="M${at},0V${height}" stroke="#e3e3e3"/>${plainText(text, at, height + 22, 14, 'middle', 400)}`,
    ),
    ...drawn.yTicks.map(
      ({ at, text }) =>
        `<path d="M0,${at}H${plot}" stroke="#e3e3e3"/>${plainText(text, -10, at + 5, 14, 'end', 400)}`,
    ),
  ];
  const lines = drawn.lines.map(({ path, dots, style, name }, i) => {
    const tone = tones[i % tones.length]!;
    const dashes = style === 'dashed' ? ' stroke-dasharray="7 5"' : '';
    return (
      `<g stroke="${tone}" fill="none" stroke-linecap="round"><path d="${path}" stroke-width="2"${dashes}/>` +
      `<path d="${dots}" stroke-width="6"/></g><g fill="${tone}">${plainText(name, 12, 20 + 20 * i, 14, 'start', 600)}</g>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" role="img">`,
    `<title>${escapeXml(title)}</title><rect width="${width}" height="${whole}" fill="#ffffff"/>`,
    `<g fill="#1a1a1a" font-family="Inter, 'Inter Variable', system-ui, sans-serif">`,
    plainText(title, width / 2, 34, 20, 'middle', 600),
    plainText(chart.y.title, left, top - 12, 14, 'start', 400),
    `<g transform="translate(${left},${top})">`,
    ...grid,
    `<path d="${drawn.bars}" fill="#c9cede"/>`,
    `<path d="${drawn.spans}" stroke="#9aa6d0"/>`,
    ...lines,
    plainText(chart.x.title, plot / 2, height + 50, 14, 'middle', 400),
    '</g></g></svg>',
  ].join('\n');
}
