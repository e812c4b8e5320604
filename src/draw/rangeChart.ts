import { area, line, scaleLinear } from 'd3';
import { percentileRange, type ValueRange } from './normalize.ts';
import { escapeXml, plainText } from './svgText.ts';

/** One row: a value, and how the same value is spread elsewhere. All are shares, 0 to 1. */
export interface ChartRow {
  readonly value: number | undefined;
  /** Empty where nothing is known. */
  readonly others: readonly number[];
}

/** Of the others of one row. */
export interface Spread {
  readonly range: ValueRange;
  /** 25th and 75th percentile. */
  readonly middle: ValueRange;
  readonly median: number;
}

export function spreadOf(others: readonly number[]): Spread | undefined {
  if (others.length === 0) return undefined;
  return {
    range: percentileRange(others, 0, 100),
    middle: percentileRange(others, 25, 75),
    median: percentileRange(others, 50, 50)[0],
  };
}

/**
 * Outlines for a drawing that is `width` wide and as many units high as there are rows; row `i` has
 * its middle at i + 1/2. Dots are lines without length: a stroke with round ends makes them round,
 * however the drawing is stretched. Empty where there is nothing to draw.
 */
export interface RangeChart {
  /** From the smallest to the largest of the others. */
  readonly range: string;
  /** The middle half of the others. */
  readonly middle: string;
  readonly dots: string;
  /** Through the values. */
  readonly line: string;
  readonly points: string;
}

interface Place {
  readonly y: number;
  readonly spread: Spread | undefined;
  readonly value: number | undefined;
  readonly others: readonly number[];
}

export function rangeChart(rows: readonly ChartRow[], width = 100, height = 1): RangeChart {
  const x = scaleLinear([0, 1], [0, width]);
  const digits = (value: number) => Number(value.toFixed(2));
  const places: Place[] = rows.map(({ value, others }, row) => ({
    y: height * (row + 0.5),
    spread: spreadOf(others),
    value,
    others,
  }));
  const band = (of: (spread: Spread) => ValueRange) =>
    area<Place>()
      .defined(({ spread }) => spread !== undefined)
      .digits(2)
      .y(({ y }) => y)
      .x0(({ spread }) => x(of(spread!)[0]))
      .x1(({ spread }) => x(of(spread!)[1]))(places) ?? '';
  const dot = (value: number, y: number) => `M${digits(x(value))},${y}h0`;
  return {
    range: band(({ range }) => range),
    middle: band(({ middle }) => middle),
    dots: places.flatMap(({ y, others }) => others.map((other) => dot(other, y))).join(''),
    line:
      line<Place>()
        .defined(({ value }) => value !== undefined)
        .digits(2)
        .y(({ y }) => y)
        .x(({ value }) => x(value!))(places) ?? '',
    points: places.map(({ y, value }) => (value === undefined ? '' : dot(value, y))).join(''),
  };
}

/** Ends and quarters of the axis. */
export const chartTicks = [0, 0.25, 0.5, 0.75, 1] as const;

export interface RangeChartSheet {
  readonly title: string;
  /** What the axis measures. */
  readonly axis: string;
  readonly rows: ReadonlyArray<ChartRow & { readonly label: string; readonly note: string }>;
}

const sheet = { left: 150, plot: 520, right: 190, top: 80, row: 40, bottom: 70 };

/** The chart as a drawing of its own, with its axis, labels and notes. */
export function rangeChartSvg({ title, axis, rows }: RangeChartSheet): string {
  const { left, plot, right, top, row, bottom } = sheet;
  const [width, height] = [left + plot + right, top + row * rows.length + bottom];
  const chart = rangeChart(rows, plot, row);
  const end = top + row * rows.length;
  const stroke = (d: string, colour: string, size: number) =>
    `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${size}" stroke-linecap="round"/>`;
  const ticks = chartTicks.map((tick) => {
    const x = left + tick * plot;
    return `<path d="M${x},${top}V${end}" stroke="#d8d8d8"/>${plainText(`${100 * tick} %`, x, end + 22, 14, 'middle', 400)}`;
  });
  const labels = rows.map(({ label, note }, i) => {
    const y = top + row * (i + 0.5) + 5;
    return (
      plainText(label, left - 14, y, 15, 'end', 400) +
      plainText(note, left + plot + 14, y, 15, 'start', 400)
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title><rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<g fill="#1a1a1a" font-family="Inter, 'Inter Variable', system-ui, sans-serif">`,
    plainText(title, width / 2, 40, 22, 'middle', 600),
    ...ticks,
    plainText(axis, left + plot / 2, end + 50, 15, 'middle', 400),
    ...labels,
    `<g transform="translate(${left},${top})">`,
    `<path d="${chart.range}" fill="#e4e6ee"/><path d="${chart.middle}" fill="#c9cede"/>`,
    stroke(chart.dots, '#8a90a5', 3),
    stroke(chart.line, '#2346ad', 2),
    stroke(chart.points, '#2346ad', 9),
    '</g></g></svg>',
  ].join('\n');
}
