import { heatmap } from '../../src/draw/heatmap.ts';
import { minMaxRange } from '../../src/draw/normalize.ts';
import { encodeNpy } from '../../src/draw/npy.ts';
import { numberText } from '../../src/draw/numberText.ts';
import { encodePng } from '../../src/draw/png.ts';
import { nearestResize } from '../../src/draw/raster.ts';
import type { TensorData } from '../../src/engine/layout.ts';
import { methodNamed } from '../../src/engine/methods/index.ts';
import { readPicture } from '../nodePicture.ts';
import { classChoice } from './classChoice.ts';
import {
  ending,
  modelFlags,
  optional,
  text,
  UsageError,
  type Command,
  type Given,
} from './command.ts';
import { writeBytes } from './files.ts';
import { engineWithModel } from './modelChoice.ts';

/** Side in pixels that a heatmap is enlarged to, or just below: every value keeps a whole square. */
const pictureSide = 512;

/** The map in colours, from its smallest to its largest value, crisp. */
function heatmapPng({ shape, data }: TensorData, colormap: 'inferno' | 'viridis'): Uint8Array {
  const [height, width] = shape as [number, number];
  const factor = Math.max(1, Math.floor(pictureSide / Math.max(width, height)));
  const heat = heatmap(data, width, height, { colormap });
  return encodePng(nearestResize(heat, width * factor, height * factor));
}

/** @throws {UsageError} unless every option reads `name=value` */
function options(given: Given): Record<string, string> {
  const all = (given['option'] ?? []) as string[];
  return Object.fromEntries(
    all.map((option) => {
      const at = option.indexOf('=');
      if (at < 1) throw new UsageError(`invalid --option: ${option}, expected name=value`);
      return [option.slice(0, at), option.slice(at + 1)];
    }),
  );
}

/** One attribution method's map for one picture and class. */
export const explainCommand: Command = {
  name: 'explain',
  summary: "write a method's map for a picture as numbers or as a heatmap",
  operands: ['PICTURE'],
  flags: {
    ...modelFlags,
    method: { type: 'string', value: 'ID', describe: 'saliency or grad-cam', required: true },
    layer: {
      type: 'string',
      value: 'L',
      describe: 'where Grad-CAM works; the last module with rows and columns',
    },
    class: {
      type: 'string',
      value: 'N|LABEL',
      describe: 'whose logit is explained; the predicted class',
    },
    option: {
      type: 'string',
      value: 'K=V',
      describe: "one of the method's options, e.g. reduction=l2; may be repeated",
      multiple: true,
    },
    out: {
      type: 'string',
      value: 'MAP.npy|MAP.png',
      describe: 'raw [H, W] float32, or a heatmap from smallest to largest value',
      required: true,
    },
  },
  async run(given, [path]) {
    const format = ending(given, 'out', ['.npy', '.png']);
    const method = methodNamed(text(given, 'method'));
    const wanted = options(given);
    const bitmap = await readPicture(path!);
    const { ask, model, labels } = await engineWithModel(given);
    const { map, target, unit, layer } = await ask('explain', {
      model,
      picture: { key: path!, bitmap },
      method: method.id,
      target: { kind: 'logit', class: classChoice(optional(given, 'class'), labels) },
      layer: optional(given, 'layer'),
      options: wanted,
    });
    const colormap = method.atLayer ? 'viridis' : 'inferno';
    const bytes = format === '.npy' ? encodeNpy(map.data, map.shape) : heatmapPng(map, colormap);
    await writeBytes(text(given, 'out'), bytes);
    const [low, high] = minMaxRange(map.data).map((value) => numberText(value));
    const units = unit.replace('target', 'logit');
    const at = layer ? ` at ${layer}` : '';
    return `${method.name} of ${labels[target.class]} (logit ${numberText(target.value)})${at}: ${map.shape.join('×')}, ${low} to ${high} ${units}, to ${text(given, 'out')}`;
  },
};
