import { gaussianBlur } from '../../draw/gaussianBlur.ts';
import { heatmap } from '../../draw/heatmap.ts';
import type { RasterImage } from '../../draw/raster.ts';
import type { Explanation } from '../../worker/protocol.ts';
import { signedChannels, type DrawnMap, type MapDrawing } from './attributionMap.ts';

/** What one colour channel of the input brings to a map. */
export interface ChannelMap {
  readonly name: string;
  readonly image: RasterImage;
}

const colours = ['red', 'green', 'blue'] as const;

/**
 * A gradient's colour channels before they become one map, in the colours and on the range of that
 * map: with their signs where it has any, else in size. Empty for a picture without three channels and
 * where the channels are not known.
 * @param whole the map that was made of them
 */
export function channelMaps(
  found: Pick<Explanation, 'map' | 'details'>,
  whole: Pick<DrawnMap, 'colormap' | 'range' | 'signed'>,
  { blur }: Pick<MapDrawing, 'blur'>,
): ChannelMap[] {
  const channels = signedChannels(found);
  if (channels?.shape[1] !== colours.length) return [];
  const [height, width] = found.map.shape as [number, number];
  const weights = found.details['weights']?.data;
  const plane = height * width;
  return colours.map((name, channel) => {
    const values = Float32Array.from(
      channels.data.subarray(channel * plane, (channel + 1) * plane),
      (value, i) => (whole.signed ? value : Math.abs(value)) * (weights?.[i] ?? 1),
    );
    return { name, image: heatmap(gaussianBlur(values, width, blur), width, height, whole) };
  });
}
