import type { KeyedPicture } from '../../src/worker/protocol.ts';

/** A 10x8 picture of one grey, where it does not matter what a network looks at. */
export const flatPicture = (key: string): KeyedPicture => ({
  key,
  bitmap: { width: 10, height: 8, channels: 3, data: new Uint8Array(240).fill(100) },
});
