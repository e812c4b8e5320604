/**
 * Angles of kernels are in degrees, counter-clockwise as seen on the screen, where y grows
 * downwards. An orientation is that of an edge or a stripe itself, not of the direction across it.
 */
export const degrees = (radians: number): number => (radians * 180) / Math.PI;

export const radians = (angle: number): number => (angle * Math.PI) / 180;

const wrap = (value: number, period: number): number => ((value % period) + period) % period;

/** Direction of a vector on the screen, -180 to 180. @param y downwards, as rows are counted */
export const directionOf = (x: number, y: number): number => degrees(Math.atan2(0 - y, x));

/** Orientation of the stripes that a vector stands across, 0 to 180. */
export const orientationAcross = (x: number, y: number): number =>
  wrap(directionOf(x, y) + 90, 180);

/** Any angle to -180 (excluded) to 180. */
export const signedAngle = (angle: number): number => 180 - wrap(180 - angle, 360);

/** Any angle to 0 to 360 (excluded). */
export const fullAngle = (angle: number): number => wrap(angle, 360);

/** Angle between two orientations, 0 to 90. */
export function orientationDifference(a: number, b: number): number {
  const difference = wrap(a - b, 180);
  return Math.min(difference, 180 - difference);
}
