import type { Run } from '../model.ts';
import { resolveTarget, type Target } from '../targets.ts';
import { capture, type CaptureRequest } from '../capture.ts';
import { augmented, unchanged } from './augmentation.ts';
import { minMaxScaled, sumOfChannels, weighted } from './channelSums.ts';
import { enlarge } from '../inputs/enlarge.ts';
import { checkSpatial, lastSpatialLayer, layerView, type LayerView } from './layerView.ts';
import {
  defineMethod,
  type Evidence,
  type EvidenceRequest,
  type Method,
  type Reports,
} from './method.ts';
import type { Note } from './notes.ts';
import type { MethodOption, OptionValues } from './options.ts';
import { firstComponent, withSign } from './principalComponent.ts';

/**
 * What a method makes of a layer: a weight for each channel (the map is then sum_k alpha_k A^k), or
 * terms `[C, H, W]` (their sum over the channels), or the map `[H, W]` itself.
 */
export type Found = { readonly notes?: readonly Note[] } & (
  | { readonly alpha: Float32Array }
  | { readonly terms: Float32Array }
  | { readonly map: Float32Array }
);

/** What a method that computes more than one pass needs besides the layer. */
export interface Passes {
  readonly run: Run;
  /** The classes by number, as the reader's picture decides. */
  readonly target: Target;
  readonly request: Reports<Found>;
}

const common = (relu: 'on' | 'off') =>
  [
    { kind: 'choice', name: 'relu', label: 'ReLU', choices: ['on', 'off'], default: relu },
    {
      kind: 'choice',
      name: 'scale',
      label: 'Scale',
      choices: ['raw', 'pytorch-grad-cam'],
      default: 'raw',
    },
    { kind: 'names', name: 'layers', label: 'Mean with these layers', default: '' },
    {
      kind: 'choice',
      name: 'augmentation',
      label: 'Mean over changed pictures',
      choices: ['none', 'flips and contrasts'],
      default: 'none',
    },
    {
      kind: 'choice',
      name: 'component',
      label: 'Smoothing',
      choices: ['none', 'principal'],
      default: 'none',
    },
  ] as const;

type Common = OptionValues<ReturnType<typeof common>>;

interface CamPlan<Own extends readonly MethodOption[]> {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly long?: true;
  readonly options: Own;
  /** Whether what is negative is cut off unless the reader asks for it. */
  readonly relu: 'on' | 'off';
  /** Whether the method looks at the target's gradient. */
  readonly gradient: boolean;
  /** Another gradient at the logits than the target's own. */
  seed?(options: OptionValues<Own>, target: Target): CaptureRequest['seed'];
  look(view: LayerView, options: OptionValues<Own>, passes: Passes): Found | Promise<Found>;
}

/** One layer of one picture, or the mean of several. */
interface Maps {
  readonly map: Float32Array;
  readonly signed: Float32Array;
  readonly notes: readonly Note[];
}

/**
 * Makes a method of how it weighs one layer. Options of the whole family: `relu`; `scale`
 * `pytorch-grad-cam`, which cuts off what is negative and scales each map to 0 to 1 before anything
 * else is done with it; `layers`, more layers, whose maps are enlarged bilinearly to the finest one's
 * size and averaged; `augmentation`, the mean over six pictures (mirrored or not, the normalised input
 * times 0.9, 1 and 1.1; `aug_smooth` of pytorch-grad-cam); `component`, the first principal component
 * of the channels' terms in place of their sum (its `eigen_smooth`), with the sign that makes the
 * largest magnitude positive.
 * `details`: `signed` before the ReLU, and with one layer and one picture `alpha` where there is one.
 */
export function defineCam<const Own extends readonly MethodOption[]>(plan: CamPlan<Own>): Method {
  const { id, name, unit, long = false } = plan;
  const shared = common(plan.relu);
  return defineMethod({
    ...{ id, name, unit, long },
    family: 'class-activation',
    atLayer: true,
    options: [...plan.options, ...shared] as readonly MethodOption[],
    attribute: (run, request, values) =>
      attribute(plan, run, request, values as OptionValues<Own> & Common),
  });
}

async function attribute<Own extends readonly MethodOption[]>(
  plan: CamPlan<Own>,
  run: Run,
  request: EvidenceRequest,
  options: OptionValues<Own> & Common,
): Promise<Evidence> {
  const layers = [...new Set([request.layer ?? lastSpatialLayer(run.model), ...options.layers])];
  for (const layer of layers) checkSpatial(run.model, layer);
  const { target, fixed, logits } = await explained(run, request);
  const side = (layer: string) => run.model.module(layer).outputShape[1]!;
  const finest = layers.reduce((best, layer) => (side(layer) > side(best) ? layer : best));
  const [, height, width] = run.model.module(finest).outputShape as [number, number, number];
  const evidence = ({ map, signed, notes }: Maps, alpha?: Float32Array): Evidence => ({
    map: { shape: [height, width], data: map },
    details: {
      signed: { shape: [height, width], data: signed },
      ...(alpha && { alpha: { shape: [alpha.length], data: alpha } }),
    },
    ...{ layer: finest, target, logits, notes },
  });
  const pictures = options.augmentation === 'none' ? [unchanged] : augmented;
  const total = pictures.length * layers.length;
  const maps: Maps[] = [];
  let alpha: Float32Array | undefined;
  for (const { open, undo } of pictures) {
    const changed = await open(run);
    try {
      for (const layer of layers) {
        const part: Reports<Found> = partOf(request, maps.length, total);
        const { gradient } = plan;
        const seed = plan.seed?.(options, fixed);
        const view = await layerView(changed, layer, { ...part, target: fixed, gradient, seed });
        const own = (found: Found) => mapsOf(view, found, options);
        const onPartial: Reports<Found>['onPartial'] =
          total === 1 && request.onPartial
            ? (found, step) => request.onPartial!(evidence(own(found), alphaOf(found)), step)
            : undefined;
        const passes = { run: changed, target: fixed, request: { ...part, onPartial } };
        const found = await plan.look(view, options, passes);
        alpha = total === 1 ? alphaOf(found) : undefined;
        const { notes, ...both } = own(found);
        const upright = (data: Float32Array) => {
          const map = { shape: [view.height, view.width], data: undo(data, view.width) };
          return view.height === height ? map.data : enlarge(map, height, width, 'bilinear').data;
        };
        maps.push({ map: upright(both.map), signed: upright(both.signed), notes });
      }
    } finally {
      if (changed !== run) changed.dispose();
    }
  }
  return evidence(meanOf(maps), alpha);
}

/** The target for the reader's own picture, and the same classes by number. */
async function explained(run: Run, { target, signal, waiting, onProgress }: EvidenceRequest) {
  const { logits } = await capture(run, { target, signal, waiting, onProgress });
  const found = resolveTarget(target, logits!.data);
  const fixed: Target = { kind: target.kind, class: found.class, against: found.against };
  return { target: found, fixed, logits: logits! };
}

/** The request for one of `total` equal parts, whose progress counts as that of the whole. */
function partOf(request: EvidenceRequest, index: number, total: number): Reports<Found> {
  const { signal, waiting, onProgress, onStep, reportEvery } = request;
  const onPart: Reports<Found>['onStep'] =
    onStep &&
    (({ done, total: steps }) => onStep({ done: index * steps + done, total: total * steps }));
  return { signal, waiting, onProgress, reportEvery, onStep: onPart };
}

const alphaOf = (found: Found) => ('alpha' in found ? found.alpha : undefined);

function mapsOf(view: LayerView, found: Found, { relu, scale, component }: Common): Maps {
  const { signed, notes } = signedOf(view, found, component === 'principal');
  const cut = relu === 'on' || scale === 'pytorch-grad-cam';
  const map = cut ? signed.map((value) => Math.max(0, value)) : signed;
  return {
    map: scale === 'raw' ? map : minMaxScaled(map),
    signed,
    notes: [...(found.notes ?? []), ...notes],
  };
}

function signedOf(view: LayerView, found: Found, component: boolean) {
  if ('map' in found) return { signed: found.map, notes: [] };
  const terms = 'alpha' in found ? weighted(view, found.alpha) : found.terms;
  if (!component) return { signed: sumOfChannels(terms, view.plane), notes: [] };
  const { map, notes } = withSign(firstComponent(terms, view.plane, 'channels'));
  return { signed: map, notes };
}

function meanOf(maps: readonly Maps[]): Maps {
  if (maps.length === 1) return maps[0]!;
  const mean = (key: 'map' | 'signed') =>
    maps[0]![key].map((_, i) => maps.reduce((sum, each) => sum + each[key][i]!, 0) / maps.length);
  const notes = maps.flatMap((each) => each.notes);
  const first = (note: Note, i: number) => notes.findIndex(({ code }) => code === note.code) === i;
  return { map: mean('map'), signed: mean('signed'), notes: notes.filter(first) };
}
