import { photographSize } from './photograph.ts';

/** Side of the stage in pixels: that of the backgrounds. */
export const stageSize = photographSize;

/** Where a cut-out stands on the stage, in pixels. */
export interface Placement {
  /** Id of the cut-out. */
  readonly object: string;
  /** Of its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Left and right exchanged. */
  readonly mirror: boolean;
}

/** Least and most width of a cut-out on the stage. */
export const widths = { least: 24, most: 400 } as const;

/** Instead of a second object. */
export const nobody = 'none';

const within = (value: number, least: number, most: number) =>
  Math.max(least, Math.min(most, Math.round(value)));

/** On the stage with its centre, in whole pixels and of a possible width. */
export function kept({ x, y, width, ...rest }: Placement): Placement {
  return {
    ...rest,
    x: within(x, 0, stageSize),
    y: within(y, 0, stageSize),
    width: within(width, widths.least, widths.most),
  };
}

/** As links carry it: `husky.210.190.150`, followed by `.m` where it is mirrored. */
export function placementText({ object, x, y, width, mirror }: Placement): string {
  return [object, x, y, width, ...(mirror ? ['m'] : [])].join('.');
}

/** Undefined for anything that is not the text of a placement. */
export function parsePlacement(text: string): Placement | undefined {
  const parts = /^([a-z-]+)\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(\.m)?$/.exec(text);
  if (!parts) return undefined;
  const [, object, x, y, width, mirror] = parts;
  return kept({
    object: object!,
    x: Number(x),
    y: Number(y),
    width: Number(width),
    mirror: mirror !== undefined,
  });
}

/** In the middle and as large as will go without touching the border: how the table sets up each object. */
export function standardPlacement(object: { id: string; width: number; height: number }) {
  const widest = 0.85 * stageSize;
  const highest = 0.75 * stageSize;
  const width = Math.min(widest, (highest * object.width) / object.height);
  const middle = stageSize / 2;
  return kept({ object: object.id, x: middle, y: 1.05 * middle, width, mirror: false });
}
