import { orientationAcross } from '../../../kernels/angle.ts';
import type { Filter } from './filter.ts';

/** In which direction a filter's edges or stripes run, and how much they all run in that one. */
export interface Orientation {
  /** Degrees counter-clockwise from the x axis as seen on the screen, 0 to 180; a vertical edge has 90. */
  readonly angle: number;
  /** 0 where all directions are alike, 1 where nothing changes along the angle. */
  readonly coherence: number;
}

/**
 * Dominant orientation by the structure tensor, summed over the channels (Di Zenzo 1986), of the
 * slopes between four neighbouring weights. It points along the edges: across is where they change.
 */
export function orientationOf({ channels, size, weights }: Filter): Orientation {
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y + 1 < size; y++)
      for (let x = 0; x + 1 < size; x++) {
        const at = (channel * size + y) * size + x;
        const falling = weights[at + size + 1]! - weights[at]!;
        const rising = weights[at + 1]! - weights[at + size]!;
        const alongX = (falling + rising) / 2;
        const alongY = (falling - rising) / 2;
        xx += alongX * alongX;
        xy += alongX * alongY;
        yy += alongY * alongY;
      }
  const across = Math.atan2(2 * xy, xx - yy) / 2;
  const spread = Math.hypot(xx - yy, 2 * xy);
  return {
    angle: orientationAcross(Math.cos(across), Math.sin(across)),
    coherence: xx + yy > 0 ? spread / (xx + yy) : 0,
  };
}
