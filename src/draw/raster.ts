import { bilinear } from './upsample.ts';

/** Pixels in memory: `rgba` is row-major, 4 bytes a pixel, 0 to 255, alpha not premultiplied. */
export interface Raster {
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** A picture drawn at build time: its size in pixels and where its file lies. */
export interface StillRaster {
  width: number;
  height: number;
  url: string;
}

/** What a figure can show in one place: the still at first, then the live pixels. */
export type RasterImage = Raster | StillRaster;

/** Red, green, blue, alpha, each 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

export function isStill(image: RasterImage): image is StillRaster {
  return 'url' in image;
}

/** A raster of one colour; transparent unless told otherwise. Throws RangeError on a size that is not a positive integer. */
export function blankRaster(width: number, height: number, color: Rgba = [0, 0, 0, 0]): Raster {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`invalid raster size: ${width}x${height}; expected positive integers`);
  }
  const rgba = new Uint8ClampedArray(4 * width * height);
  if (color.some((part) => part !== 0)) {
    for (let i = 0; i < rgba.length; i += 4) rgba.set(color, i);
  }
  return { width, height, rgba };
}

/**
 * Colour or grey bytes (0 to 255) to a raster.
 * `values` holds 1, 3 or 4 channels, interleaved (`hwc`) or in planes (`chw`); one channel becomes grey, and alpha is 255 where none is given.
 * Throws RangeError if the length is none of these.
 */
export function rasterFromRgb(
  values: ArrayLike<number>,
  width: number,
  height: number,
  layout: 'hwc' | 'chw' = 'hwc',
): Raster {
  const pixels = width * height;
  const channels = values.length / pixels;
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new RangeError(
      `invalid picture: ${values.length} values for ${width}x${height}; expected 1, 3 or 4 per pixel`,
    );
  }
  const raster = blankRaster(width, height);
  const pixelStep = layout === 'hwc' ? channels : 1;
  const channelStep = layout === 'hwc' ? 1 : pixels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < 3; c++) {
      const source = channels === 1 ? 0 : c;
      raster.rgba[4 * pixel + c] = values[pixel * pixelStep + source * channelStep] ?? 0;
    }
    raster.rgba[4 * pixel + 3] =
      channels === 4 ? (values[pixel * pixelStep + 3 * channelStep] ?? 0) : 255;
  }
  return raster;
}

/** Every output pixel copies the input pixel under its top left corner, as PyTorch's `nearest`. */
export function nearestResize(raster: Raster, width: number, height: number): Raster {
  const out = blankRaster(width, height);
  const source = new Uint32Array(
    raster.rgba.buffer,
    raster.rgba.byteOffset,
    raster.width * raster.height,
  );
  const target = new Uint32Array(out.rgba.buffer);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x++) {
      target[y * width + x] = source[row + Math.floor((x * raster.width) / width)]!;
    }
  }
  return out;
}

interface Share {
  index: number;
  weight: number;
}

/** For each output position, the input positions it covers and how much of each. */
function coverage(inSize: number, outSize: number): Share[][] {
  const scale = inSize / outSize;
  return Array.from({ length: outSize }, (_, position) => {
    const start = position * scale;
    const end = Math.min(inSize, start + scale);
    const shares: Share[] = [];
    for (let index = Math.floor(start); index < end; index++) {
      const weight = Math.min(end, index + 1) - Math.max(start, index);
      if (weight > 1e-9) shares.push({ index, weight });
    }
    return shares;
  });
}

/** Every output pixel is the mean of the area it covers, colours weighted by alpha: for making pictures smaller. */
export function averageResize(raster: Raster, width: number, height: number): Raster {
  const out = blankRaster(width, height);
  const columns = coverage(raster.width, width);
  const area = (raster.width / width) * (raster.height / height);
  coverage(raster.height, height).forEach((rows, y) => {
    columns.forEach((cells, x) => {
      const sum: [number, number, number, number] = [0, 0, 0, 0];
      for (const row of rows) {
        for (const cell of cells) {
          const at = 4 * (row.index * raster.width + cell.index);
          const opacity = row.weight * cell.weight * raster.rgba[at + 3]!;
          for (let c = 0; c < 3; c++) sum[c]! += opacity * raster.rgba[at + c]!;
          sum[3] += opacity;
        }
      }
      const to = 4 * (y * width + x);
      if (sum[3] > 0) for (let c = 0; c < 3; c++) out.rgba[to + c] = sum[c]! / sum[3];
      out.rgba[to + 3] = sum[3] / area;
    });
  });
  return out;
}

/** As `averageResize`, for one map (HW) of numbers. */
export function averageMap(
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(outWidth * outHeight);
  const columns = coverage(width, outWidth);
  const area = (width / outWidth) * (height / outHeight);
  coverage(height, outHeight).forEach((rows, y) => {
    columns.forEach((cells, x) => {
      let sum = 0;
      for (const row of rows)
        for (const cell of cells)
          sum += row.weight * cell.weight * values[row.index * width + cell.index]!;
      out[y * outWidth + x] = sum / area;
    });
  });
  return out;
}

/** Smooth enlarging with half-pixel centres, for photographs; tensors keep their pixels (`nearestResize`). */
export function bilinearResize(raster: Raster, width: number, height: number): Raster {
  const out = blankRaster(width, height);
  const plane = new Float32Array(raster.width * raster.height);
  for (let c = 0; c < 4; c++) {
    for (let i = 0; i < plane.length; i++) plane[i] = raster.rgba[4 * i + c]!;
    const resized = bilinear(plane, raster.width, raster.height, width, height);
    for (let i = 0; i < resized.length; i++) out.rgba[4 * i + c] = resized[i]!;
  }
  return out;
}
