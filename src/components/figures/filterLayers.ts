import { shortTitle } from '../../client/models.ts';
import {
  untrainedSuffix,
  type Ask,
  type Bitmap,
  type KeyedPicture,
  type TensorData,
} from '../../worker/protocol.ts';
import { firstConvolution } from './layers.ts';

/** The first layer of a network. */
export interface FirstLayer {
  /** The model's id. */
  readonly model: string;
  readonly title: string;
  /** PyTorch path of the convolution. */
  readonly layer: string;
  /** `[filters, channels, height, width]`. */
  readonly weightOIHW: TensorData;
  /** Epochs after which the weights were kept, the last of them as they are now; empty for none. */
  readonly epochs: readonly number[];
}

/** What a first layer makes of a picture. */
export interface PictureResponse {
  /** Key of the picture. */
  readonly picture: string;
  /** The picture as the network sees it. */
  readonly input: Bitmap;
  /** `[1, filters, H, W]`: the layer's output, before BatchNorm. */
  readonly map: TensorData;
}

/** A layer's filters side by side. */
export interface FilterShape {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export function filterShape({ shape }: TensorData): FilterShape {
  const [count, channels, height, width] = shape as [number, number, number, number];
  return { count, channels, height, width };
}

/** Each filter as channel, height, width; not copied. */
export function filtersOf(weightOIHW: TensorData): Float32Array[] {
  const { count, channels, height, width } = filterShape(weightOIHW);
  const size = channels * height * width;
  return Array.from({ length: count }, (_, index) =>
    weightOIHW.data.subarray(index * size, (index + 1) * size),
  );
}

function titleOf(model: string, title: string): string {
  return model.endsWith(untrainedSuffix) ? `${shortTitle(title)}, untrained` : title;
}

/** Needs the first layer's weights only: nothing deeper is fetched. */
export async function loadFirstLayer(ask: Ask, model: string): Promise<FirstLayer> {
  const { title, modules } = await ask('describe', { model });
  const layer = firstConvolution(modules);
  const weightOIHW = await ask('parameter', { model, name: `${layer}.weight` });
  const { epochs } = await ask('history', { model });
  return { model, title: titleOf(model, title), layer, weightOIHW, epochs };
}

/** Computes the first stage of the network and nothing deeper. */
export async function loadResponse(
  ask: Ask,
  { model, layer }: Pick<FirstLayer, 'model' | 'layer'>,
  picture: KeyedPicture,
): Promise<PictureResponse> {
  const input = await ask('view', { model, picture });
  const { activations } = await ask('capture', { model, picture, layers: [layer] });
  return { picture: picture.key, input, map: activations[layer]! };
}
