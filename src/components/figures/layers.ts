import type { ModuleInfo } from '../../worker/protocol.ts';

type Modules = readonly ModuleInfo[];

/** Name of the convolution that reads the input. */
export function firstConvolution(modules: Modules): string {
  return modules.find(({ type }) => type === 'Conv2d')!.name;
}

/** The modules whose output has more than one position. */
export function spatialModules(modules: Modules): ModuleInfo[] {
  return modules.filter(({ outputShape: [, height = 1, width = 1] }) => height * width > 1);
}

const inside = (name: string, container: string) => name.startsWith(`${container}.`);

/**
 * The blocks that a network is described by: its outermost `Sequential`s or, where one holds all
 * others, those in it. `features.0` to `features.5` of SmallCNN, `layer1` to `layer4` of a ResNet.
 */
export function blocks(modules: Modules): string[] {
  const names = modules.filter(({ type }) => type === 'Sequential').map(({ name }) => name);
  const outermost = (among: readonly string[]) =>
    among.filter((name) => !among.some((other) => inside(name, other)));
  const outer = outermost(names);
  const within = names.filter((name) => inside(name, outer[0]!));
  return outer.length === 1 && within.length > 0 ? outermost(within) : outer;
}

/** The last convolutional layer, where Grad-CAM works: `features.5`, `layer4`. */
export const lastBlock = (modules: Modules): string => blocks(modules).at(-1)!;

/** `features.1`, `layer2`. */
export const secondBlock = (modules: Modules): string => blocks(modules)[1]!;

/** `features.2`, `layer2`. */
export function middleBlock(modules: Modules): string {
  const all = blocks(modules);
  return all[Math.floor((all.length - 1) / 2)]!;
}

/** The layer wanted, if it is one of these modules; another one otherwise. */
export function layerAmong(modules: Modules, wanted: string, other: string): string {
  return modules.some(({ name }) => name === wanted) ? wanted : other;
}

/** The leaf whose output a module's is. */
function leafOf(modules: Modules, name: string): string {
  const returns = modules.find((module) => module.name === name)?.returns;
  return returns ? leafOf(modules, returns) : name;
}

/**
 * The layers with rows and columns in forward order, each output once: under the name of its block,
 * or else of the largest container that ends there.
 */
export function layerStops(modules: Modules): ModuleInfo[] {
  const named = new Set(blocks(modules));
  const stops = new Map<string, ModuleInfo>();
  for (const module of spatialModules(modules)) {
    const leaf = leafOf(modules, module.name);
    const known = stops.get(leaf);
    if (!known || !named.has(known.name)) stops.set(leaf, module);
  }
  return [...stops.values()];
}

/** The stop whose output is that of a layer. */
export function stopOf(modules: Modules, layer: string): string {
  const leaf = leafOf(modules, layer);
  return layerStops(modules).find(({ name }) => leafOf(modules, name) === leaf)?.name ?? layer;
}
