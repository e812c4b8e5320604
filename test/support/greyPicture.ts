import type { KeyedPicture } from '../../src/worker/protocol.ts';

/** Four pixels of one grey, where it does not matter what a figure shows. */
export const greyPicture: KeyedPicture = {
  key: 'grey',
  bitmap: { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(128) },
};
