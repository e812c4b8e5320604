import { capture } from '../capture.ts';
import { between, enlarge, type Between } from '../inputs/enlarge.ts';
import type { TensorData } from '../layout.ts';
import { softmax } from '../targets.ts';
import { batchSize, valuesAt } from './batches.ts';
import { defineCam, type Found } from './classActivation.ts';
import type { LayerView } from './layerView.ts';
import { inSlices } from './slices.ts';
import { channelsOption, strongestChannels } from './strongestChannels.ts';
import { variantOption } from './variantOption.ts';

const epsilon = 1e-8;

/** PyTorch's `align_corners=True`: the outermost samples keep their places. */
function aligned(input: number, output: number, index: number): Between {
  const place = output > 1 ? (index * (input - 1)) / (output - 1) : 0;
  const low = Math.min(Math.floor(place), input - 1);
  return {
    ...between(input, output, 0),
    low,
    high: Math.min(low + 1, input - 1),
    share: place - low,
  };
}

function enlargeAligned({ shape, data }: TensorData, height: number, width: number): TensorData {
  const [h, w] = shape as [number, number];
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [row, column] = [aligned(h, height, y), aligned(w, width, x)];
      const at = (line: number) =>
        data[line * w + column.low]! * (1 - column.share) +
        data[line * w + column.high]! * column.share;
      out[y * width + x] = at(row.low) * (1 - row.share) + at(row.high) * row.share;
    }
  return { shape: [height, width], data: out };
}

/** A channel enlarged to the input and scaled to 0 to 1, `[H * W]`; undefined for one that is the same everywhere. */
function mask(
  { activation, height, width, plane }: LayerView,
  channel: number,
  [rows, columns]: readonly [number, number],
  corners: boolean,
): Float32Array | undefined {
  const data = activation.slice(channel * plane, (channel + 1) * plane);
  if (data.every((value) => value === data[0])) return undefined;
  const map = { shape: [height, width], data };
  const large = corners
    ? enlargeAligned(map, rows, columns)
    : enlarge(map, rows, columns, 'bilinear');
  let min = Infinity;
  let max = -Infinity;
  for (const value of large.data) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return large.data.map((value) => (value - min) / (max - min + epsilon));
}

/** softmax over those scored so far; the others weigh nothing. */
function weights(channels: number, scores: ReadonlyMap<number, number>): Found {
  const alpha = new Float32Array(channels);
  const shares = softmax([...scores.values()]);
  [...scores.keys()].forEach((channel, i) => (alpha[channel] = shares[i]!));
  return { alpha };
}

/** A picture `[1, C, H, W]` as a mask shows it; all zeros where there is none. */
function masked({ data }: TensorData, shade: Float32Array | undefined): Float32Array {
  return data.map((value, i) => (shade ? value * shade[i % shade.length]! : 0));
}

/**
 * M_k = A^k enlarged to the input and scaled to 0 to 1;  alpha = softmax over k of the target for the
 * normalised input times M_k;  L = ReLU(sum_k alpha_k A^k). No gradient: one whole pass for each of the
 * `channels` strongest channels. A channel that is the same everywhere has a mask of zeros, as in
 * pytorch-grad-cam; all such share one pass. In units of the activation.
 * Source: Wang et al. 2020, arXiv:1910.01279, whose reference picture cancels in the softmax.
 * `variant` `pytorch-grad-cam` enlarges with corners aligned.
 */
export const scoreCam = defineCam({
  id: 'score-cam',
  name: 'Score-CAM',
  unit: 'activation units',
  long: true,
  options: [channelsOption, variantOption],
  relu: 'on',
  gradient: false,
  async look(view, { channels, variant }, passes) {
    const { run, request, target } = passes;
    const { activations } = await capture(run, { layers: ['input'] });
    const pixels = activations['input']!;
    const side = pixels.shape.slice(2) as [number, number];
    const corners = variant === 'pytorch-grad-cam';
    const order = strongestChannels(view, channels);
    const { activation, plane } = view;
    const flat = (c: number) => {
      const values = activation.subarray(c * plane, (c + 1) * plane);
      return values.every((value) => value === values[0]);
    };
    const blank = order.filter(flat);
    const groups = order.filter((c) => !flat(c)).map((c) => [c]);
    if (blank.length > 0) groups.push(blank);
    const scores = new Map<number, number>();
    const batch = batchSize(run.model);
    await inSlices<Found>(
      Math.ceil(groups.length / batch),
      request,
      async (slice) => {
        const part = groups.slice(slice * batch, (slice + 1) * batch);
        const shades = part.map(([c]) => mask(view, c!, side, corners));
        const inputs = shades.map((shade) => masked(pixels, shade));
        const found = await valuesAt({ model: run.model, pixels, fixed: target }, inputs, request);
        part.forEach((group, i) => group.forEach((c) => scores.set(c, found[i]!)));
      },
      () => weights(view.channels, scores),
    );
    return weights(view.channels, scores);
  },
});
