import { tensor, tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import { nchwToNhwc, sizeOf, type Shape4, type TensorData } from '../../src/engine/layout.ts';

/** Brings `[N, C, H, W]` (as NHWC) or any other rank (as it is) to the backend. */
export function upload({ shape, data }: TensorData): Tensor {
  if (shape.length !== 4) return tensor(data, [...shape], 'float32');
  const [n, c, h, w] = shape as Shape4;
  return tensor4d(nchwToNhwc(data, [n, c, h, w]), [n, h, w, c]);
}

/** Reads a tensor back, rank 4 as `[N, C, H, W]`. */
export async function download(value: Tensor): Promise<TensorData> {
  const data = Float32Array.from(await value.data());
  if (value.rank !== 4) return { shape: value.shape, data };
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const nchw = new Float32Array(sizeOf(value.shape));
  nchw.forEach((_, k) => {
    const [x, y, channel, picture] = [
      k % w,
      Math.floor(k / w) % h,
      Math.floor(k / (w * h)) % c,
      Math.floor(k / (w * h * c)),
    ] as const;
    nchw[k] = data[((picture * h + y) * w + x) * c + channel]!;
  });
  return { shape: [n, c, h, w], data: nchw };
}

/** `[1, 1, H, W]` from rows, as one writes a matrix on paper. */
export function plane(rows: readonly (readonly number[])[]): TensorData {
  return { shape: [1, 1, rows.length, rows[0]!.length], data: Float32Array.from(rows.flat()) };
}
