import {
  compose,
  opacityAt,
  scaledCutout,
  visibleShares,
  type Cutout,
  type Layer,
} from '../../draw/composition.ts';
import { averageMap, type Raster } from '../../draw/raster.ts';
import { bilinear } from '../../draw/upsample.ts';
import type { KeyedPicture } from '../../worker/protocol.ts';
import { classOf, type Catalogue } from './cutoutCatalogue.ts';
import {
  nobody,
  parsePlacement,
  placementText,
  stageSize,
  type Placement,
} from './cutoutPlacement.ts';

/** A background and what stands on it, the last in front. */
export interface Scene {
  /** Id of the background. */
  readonly ground: string;
  readonly objects: readonly Placement[];
}

/** Pixels of backgrounds and cut-outs, by their ids. */
export type Pixels = Readonly<Record<string, Raster>>;

/** What a link says of the stage; empty for what it does not say. */
export interface SceneState {
  readonly ground: string;
  readonly first: string;
  readonly second: string;
}

/** Two objects on one background, for models that know both. */
const openings: readonly Scene[] = [
  {
    ground: 'heath',
    objects: [
      { object: 'frog', x: 88, y: 182, width: 190, mirror: false },
      { object: 'beetle', x: 232, y: 182, width: 180, mirror: false },
    ],
  },
  {
    ground: 'street',
    objects: [
      { object: 'husky', x: 90, y: 170, width: 160, mirror: false },
      { object: 'garbage-truck', x: 222, y: 150, width: 190, mirror: false },
    ],
  },
];

/** What stands on the stage before the reader moves anything. */
export function openingScene({ objects }: Catalogue, labels: readonly string[]): Scene {
  const known = (id: string) =>
    objects.some((object) => object.id === id && classOf(object, labels) !== undefined);
  const suited = openings.find((scene) => scene.objects.every(({ object }) => known(object)));
  return suited ?? openings[0]!;
}

/** The scene that a link asks for; where it names what there is not, or nothing, the opening's. */
export function sceneOf(state: SceneState, catalogue: Catalogue, opening: Scene): Scene {
  const there = (text: string) => {
    const placement = parsePlacement(text);
    return catalogue.objects.some(({ id }) => id === placement?.object) ? placement : undefined;
  };
  const first = there(state.first) ?? opening.objects[0]!;
  const second = state.second === nobody ? undefined : (there(state.second) ?? opening.objects[1]!);
  const ground = catalogue.grounds.some(({ id }) => id === state.ground);
  return {
    ground: ground ? state.ground : opening.ground,
    objects: second ? [first, second] : [first],
  };
}

export const sceneKey = ({ ground, objects }: Scene) =>
  ['stage', ground, ...objects.map(placementText)].join(' ');

/** Ids of the pictures that a scene is made of. */
export const propsOf = ({ ground, objects }: Scene) => [
  ground,
  ...objects.map(({ object }) => object),
];

/** The last few cut-outs as they were last scaled: dragging changes no size. */
const scaled = new WeakMap<Raster, { width: number; mirror: boolean; cutout: Cutout }>();

function layerOf({ object, x, y, width, mirror }: Placement, pixels: Pixels): Layer {
  const raster = pixels[object]!;
  let last = scaled.get(raster);
  if (last?.width !== width || last.mirror !== mirror) {
    last = { width, mirror, cutout: scaledCutout(raster, width, mirror) };
    scaled.set(raster, last);
  }
  const { cutout } = last;
  return {
    cutout,
    left: Math.round(x - cutout.width / 2),
    top: Math.round(y - cutout.height / 2),
  };
}

/** A scene in pixels. */
export interface Composition {
  readonly scene: Scene;
  readonly layers: readonly Layer[];
  readonly raster: Raster;
}

/** @returns undefined until all of its pictures are there */
export function composition(scene: Scene, pixels: Pixels): Composition | undefined {
  if (propsOf(scene).some((id) => !(id in pixels))) return undefined;
  const layers = scene.objects.map((placement) => layerOf(placement, pixels));
  return { scene, layers, raster: compose(pixels[scene.ground]!, layers) };
}

export function keyedPicture({ scene, raster }: Composition): KeyedPicture {
  const { width, height, rgba } = raster;
  return { key: sceneKey(scene), bitmap: { width, height, channels: 4, data: rgba } };
}

/** Opacity from which a pixel belongs to an object for a pointer. */
const solid = 0.1;

/** Index of the object at a point, the front one first: by its pixels, else by its box. */
export function objectAt(layers: readonly Layer[], x: number, y: number): number {
  const front = layers.findLastIndex((layer) => opacityAt(layer, x, y) >= solid);
  if (front >= 0) return front;
  return layers.findLastIndex(
    ({ cutout, left, top }) =>
      x >= left && y >= top && x < left + cutout.width && y < top + cutout.height,
  );
}

/** How much of the positive evidence, and of the picture, one part of the scene has: 0 to 1. */
export interface PartShare {
  readonly evidence: number;
  readonly area: number;
}

const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

/**
 * sum(map * visible) / sum(map) of every object, and of the background last. `map` is not negative,
 * `[H, W]`; it is enlarged bilinearly to the network's input, and what is visible of each object
 * averaged to it. Without any evidence all shares of it are 0.
 */
export function evidenceShares(
  map: { readonly shape: readonly number[]; readonly data: Float32Array },
  layers: readonly Layer[],
  inputSize: number,
): PartShare[] {
  const [height, width] = map.shape as [number, number];
  const large = bilinear(map.data, width, height, inputSize, inputSize);
  const total = sum(large);
  const objects = visibleShares(layers, stageSize).map((visible) => {
    const seen = averageMap(visible, stageSize, stageSize, inputSize, inputSize);
    const evidence = seen.reduce((under, share, pixel) => under + share * large[pixel]!, 0);
    return { evidence: total > 0 ? evidence / total : 0, area: sum(seen) / seen.length };
  });
  const rest = (of: keyof PartShare, whole: number) =>
    objects.reduce((left, share) => left - share[of], whole);
  const ground = { evidence: rest('evidence', total > 0 ? 1 : 0), area: rest('area', 1) };
  return [...objects, ground];
}
