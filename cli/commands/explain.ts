import type { Colormap } from '../../src/draw/colormap.ts';
import { heatmap } from '../../src/draw/heatmap.ts';
import { minMaxRange } from '../../src/draw/normalize.ts';
import { encodeNpy } from '../../src/draw/npy.ts';
import { numberText } from '../../src/draw/numberText.ts';
import { encodePng } from '../../src/draw/png.ts';
import { nearestResize } from '../../src/draw/raster.ts';
import { sheetSvg } from '../../src/draw/sheet.ts';
import type { TensorData } from '../../src/engine/layout.ts';
import { allMethods, methodNamed } from '../../src/engine/methods/index.ts';
import type { Method } from '../../src/engine/methods/method.ts';
import { allowedValues } from '../../src/engine/methods/options.ts';
import type { Explanation, Target } from '../../src/worker/protocol.ts';
import { readPicture } from '../nodePicture.ts';
import { classChoice } from './classChoice.ts';
import {
  choice,
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
const targetKinds = ['logit', 'probability', 'log-probability', 'difference'] as const;
const formats = ['.npy', '.png', '.svg'] as const;

/** The map in colours, from its smallest to its largest value, crisp. */
function heatmapRaster({ shape, data }: TensorData, colormap: Colormap) {
  const [height, width] = shape as [number, number];
  const factor = Math.max(1, Math.floor(pictureSide / Math.max(width, height)));
  const heat = heatmap(data, width, height, { colormap });
  return nearestResize(heat, width * factor, height * factor);
}

function encode(
  { map }: Explanation,
  method: Method,
  { format, title, unit }: { format: string; title: string; unit: string },
): Uint8Array {
  if (format === '.npy') return encodeNpy(map.data, map.shape);
  const colormap: Colormap = method.atLayer ? 'viridis' : 'inferno';
  const raster = heatmapRaster(map, colormap);
  if (format === '.png') return encodePng(raster);
  const legend = { colormap, range: minMaxRange(map.data), unit };
  const panels = [{ title, raster, legend }];
  return new TextEncoder().encode(
    sheetSvg({ panels, columns: 1, panelSize: pictureSide, title: method.name }),
  );
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

/** @throws {UsageError} or {EngineError} `invalid-option` */
function targetChoice(given: Given, labels: readonly string[]): Target {
  const kind = choice(given, 'target', targetKinds);
  const explained = classChoice(optional(given, 'class'), labels);
  const against = optional(given, 'against');
  if (against === undefined) return { kind, class: explained };
  if (kind !== 'difference')
    throw new UsageError(`--against is for --target difference, the target is a ${kind}`);
  const rival = classChoice(against, labels);
  return { kind, class: explained, against: rival === 'predicted' ? 'runner-up' : rival };
}

/** Every method with its options, what they may be set to and their defaults. */
async function methodList(): Promise<string> {
  const methods = await allMethods();
  return methods
    .flatMap((method) => [
      `${method.id}: ${method.name}, in ${method.unit}`,
      ...method.options.map(
        (option) =>
          `  ${option.name}=${option.default}  (${option.label}: ${allowedValues(option)})`,
      ),
    ])
    .join('\n');
}

/** What was found out about the map, in a few words each. */
const noteText = ({ notes }: Explanation) =>
  notes.length > 0 ? `; ${notes.map(({ code }) => code.replaceAll('-', ' ')).join(', ')}` : '';

/** One attribution method's map for one picture and class. */
export const explainCommand: Command = {
  name: 'explain',
  summary: "write a method's map for a picture as numbers or as a heatmap",
  operands: ['PICTURE'],
  alone: 'list',
  flags: {
    ...modelFlags,
    method: { type: 'string', value: 'ID', describe: 'one of those of --list', required: true },
    list: { type: 'boolean', describe: 'print every method with its options and their defaults' },
    layer: {
      type: 'string',
      value: 'L',
      describe: 'where class-activation methods work; the last module with rows and columns',
    },
    class: {
      type: 'string',
      value: 'N|LABEL',
      describe: 'whose score is explained; the predicted class',
    },
    target: {
      type: 'string',
      value: 'KIND',
      describe: 'the score: logit, probability, log-probability or difference',
      default: 'logit',
    },
    against: {
      type: 'string',
      value: 'N|LABEL',
      describe: 'class whose logit a difference takes off; the largest of the others',
    },
    option: {
      type: 'string',
      value: 'K=V',
      describe: "one of the method's options, e.g. reduction=l2; may be repeated",
      multiple: true,
    },
    out: {
      type: 'string',
      value: 'MAP.npy|MAP.png|MAP.svg',
      describe: 'raw [H, W] float32, or a heatmap from smallest to largest value',
      required: true,
    },
  },
  async run(given, [path]) {
    if (given['list']) return methodList();
    const format = ending(given, 'out', formats);
    const method = await methodNamed(text(given, 'method'));
    const wanted = options(given);
    const bitmap = await readPicture(path!);
    const { ask, model, labels } = await engineWithModel(given);
    const target = targetChoice(given, labels);
    const explained = await ask('explain', {
      model,
      picture: { key: path!, bitmap },
      method: method.id,
      target,
      layer: optional(given, 'layer'),
      options: wanted,
    });
    const { map, layer, target: found } = explained;
    const unit = explained.unit.replace('target', target.kind);
    const score = `${target.kind} ${numberText(found.value)}`;
    const against = found.against === undefined ? '' : ` against ${labels[found.against]}`;
    const title = `${method.name} of ${labels[found.class]}${against} (${score})${layer ? ` at ${layer}` : ''}`;
    await writeBytes(text(given, 'out'), encode(explained, method, { format, title, unit }));
    const [low, high] = minMaxRange(map.data).map((value) => numberText(value));
    return `${title}: ${map.shape.join('×')}, ${low} to ${high} ${unit}${noteText(explained)}, to ${text(given, 'out')}`;
  },
};
