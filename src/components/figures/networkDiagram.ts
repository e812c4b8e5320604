import type { ModuleInfo } from '../../worker/protocol.ts';

type Modules = readonly ModuleInfo[];

/** A module as the diagram shows it. */
export interface DiagramNode {
  readonly name: string;
  /** What it is called inside its block: `conv1`, or its kind where PyTorch only counts. */
  readonly label: string;
  /** `layer2.0.conv1, Conv2d, 128×28×28, 73,728 parameters`; with its label where that is not in its name. */
  readonly spoken: string;
  /** The same with its window, for the eye. */
  readonly facts: readonly string[];
}

/** A run of layers with one exit; of a residual block with the way around it. */
export interface DiagramBlock {
  /** The container; none for layers that stand by themselves. */
  readonly whole: DiagramNode | undefined;
  /** The layers in forward order, without a final sum. */
  readonly main: readonly DiagramNode[];
  /** The layer that adds the way around to what `main` gives; only of residual blocks. */
  readonly sum: DiagramNode | undefined;
  /** Layers on the way around; none where the input itself is added. */
  readonly shortcut: readonly DiagramNode[];
  /** The container of the way around. */
  readonly shortcutWhole: DiagramNode | undefined;
  /** `[C, H, W]` of the output. */
  readonly shape: readonly number[];
}

/** Blocks that one container holds, or that stand by themselves. */
export interface DiagramGroup {
  readonly whole: DiagramNode | undefined;
  readonly blocks: readonly DiagramBlock[];
}

export interface NetworkDiagram {
  readonly groups: readonly DiagramGroup[];
  /** Whether any block has a way around it. */
  readonly residual: boolean;
  /** By name. */
  readonly nodes: ReadonlyMap<string, DiagramNode>;
  /** Names on the way from the input to the output, each container after what it holds. */
  readonly order: readonly string[];
}

const kinds: Readonly<Record<string, string>> = {
  Conv2d: 'conv',
  BatchNorm2d: 'norm',
  MaxPool2d: 'pool',
  AdaptiveAvgPool2d: 'mean',
  Linear: 'linear',
};

export const shapeText = (shape: readonly number[]) => shape.join('×');

/** 1, 2 and 3 numbers as `[C, H, W]`: a vector is as many maps of one cell. */
export const asMapShape = (shape: readonly number[]) => [...shape, 1, 1].slice(0, 3);

export function parametersText(count: number): string {
  if (count === 0) return 'no parameters';
  return `${count.toLocaleString('en')} parameter${count === 1 ? '' : 's'}`;
}

function typeText({ type, window }: ModuleInfo): string {
  if (!window) return type;
  const { kernel, stride } = window;
  return `${type} ${kernel}×${kernel}${stride > 1 ? `, stride ${stride}` : ''}`;
}

function nodeOf(module: ModuleInfo): DiagramNode {
  const { name, type, outputShape, parameters } = module;
  const last = name.split('.').at(-1)!;
  const shape = shapeText(outputShape);
  const label = /^\d+$/.test(last) ? (kinds[type] ?? type) : last;
  const called = name.includes(label) || label === type ? [name] : [name, label];
  return {
    name,
    label,
    spoken: [...called, type, shape, parametersText(parameters)].join(', '),
    facts: [name, typeText(module), shape, parametersText(parameters)],
  };
}

const parentOf = (name: string) => name.split('.').slice(0, -1).join('.');
const isInside = (name: string, container: string) => name.startsWith(`${container}.`);
const isContainer = ({ returns }: ModuleInfo) => returns !== undefined;

/** The outermost container that holds layers directly: `layer2.0` for `layer2.0.downsample.0`. */
function blockOf(layer: ModuleInfo, holders: readonly string[]): string | undefined {
  const around = holders.filter((holder) => isInside(layer.name, holder));
  return around.sort((a, b) => a.length - b.length)[0];
}

/** The layer whose output a module's is. */
function outputOf(modules: Modules, name: string): string {
  const module = modules.find((candidate) => candidate.name === name);
  return module?.returns === undefined ? name : outputOf(modules, module.returns);
}

/** The layers of a block that lie between its input and the second summand. */
function shortcutOf(modules: Modules, layers: Modules): Modules {
  const [, second] = layers.find(({ inputs }) => inputs.length > 1)?.inputs ?? [];
  const found: ModuleInfo[] = [];
  let next = second && outputOf(modules, second);
  for (;;) {
    const layer = layers.find(({ name }) => name === next);
    if (!layer) return found;
    found.unshift(layer);
    next = outputOf(modules, layer.inputs[0]!);
  }
}

function blockFrom(modules: Modules, whole: string | undefined, layers: Modules): DiagramBlock {
  const find = (name: string | undefined) => modules.find((module) => module.name === name);
  const container = find(whole);
  const sum = layers.find(({ inputs }) => inputs.length > 1);
  const shortcut = shortcutOf(modules, layers);
  const parent = shortcut[0] && parentOf(shortcut[0].name);
  const inner = parent === whole ? undefined : find(parent);
  return {
    whole: container && nodeOf(container),
    main: layers.filter((layer) => layer !== sum && !shortcut.includes(layer)).map(nodeOf),
    sum: sum && nodeOf(sum),
    shortcut: shortcut.map(nodeOf),
    shortcutWhole: inner && nodeOf(inner),
    shape: asMapShape((container ?? layers.at(-1)!).outputShape),
  };
}

/** The network as blocks in forward order, from what each module says it reads. */
export function networkDiagram(modules: Modules): NetworkDiagram {
  const layers = modules.filter((module) => !isContainer(module));
  const holders = modules
    .filter(isContainer)
    .map(({ name }) => name)
    .filter((name) => layers.some((layer) => parentOf(layer.name) === name));
  const runs: Array<{ whole: string | undefined; layers: ModuleInfo[] }> = [];
  for (const layer of layers) {
    const whole = blockOf(layer, holders);
    if (runs.length === 0 || runs.at(-1)!.whole !== whole) runs.push({ whole, layers: [] });
    runs.at(-1)!.layers.push(layer);
  }
  const groups: Array<{ whole: DiagramNode | undefined; blocks: DiagramBlock[] }> = [];
  for (const run of runs) {
    const outer = modules.find(
      (module) => isContainer(module) && run.whole && isInside(run.whole, module.name),
    );
    const whole = outer && nodeOf(outer);
    const last = groups.at(-1);
    const block = blockFrom(modules, run.whole, run.layers);
    if (last && whole && last.whole?.name === whole.name) last.blocks.push(block);
    else groups.push({ whole, blocks: [block] });
  }
  const blocks = groups.flatMap((group) => group.blocks);
  const aside = new Set(blocks.flatMap(shortcutNodes).map(({ name }) => name));
  return {
    groups,
    nodes: new Map(modules.map((module) => [module.name, nodeOf(module)])),
    residual: blocks.some(({ sum }) => sum !== undefined),
    order: modules.map(({ name }) => name).filter((name) => !aside.has(name)),
  };
}

/** The way around a block, in forward order, its container last. */
export function shortcutNodes({ shortcut, shortcutWhole }: DiagramBlock): DiagramNode[] {
  return shortcutWhole ? [...shortcut, shortcutWhole] : [...shortcut];
}

/** Every module whose output the named one is computed from, itself included, and containers that are complete by then. */
export function sourcesOf(modules: Modules, name: string): ReadonlySet<string> {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const found = new Set<string>();
  const follow = [name];
  for (let next = follow.pop(); next !== undefined; next = follow.pop()) {
    const module = byName.get(next);
    if (!module || found.has(next)) continue;
    found.add(next);
    follow.push(...module.inputs, ...(module.returns ? [module.returns] : []));
  }
  for (const { name: whole, returns } of modules)
    if (returns && found.has(outputOf(modules, returns))) found.add(whole);
  return found;
}

/** Where an arrow key leads; undefined where there is nothing. */
export function neighbour(diagram: NetworkDiagram, from: string, key: string): string | undefined {
  const { order } = diagram;
  if (key === 'Home') return order[0];
  if (key === 'End') return order.at(-1);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const block = diagram.groups
    .flatMap(({ blocks }) => blocks)
    .find((one) => [...one.main, one.sum, one.whole, ...shortcutNodes(one)].some(is(from)));
  const around = block ? shortcutNodes(block).map(({ name }) => name) : [];
  const place = around.indexOf(from);
  if (step === undefined) {
    if (key === 'ArrowUp') return place < 0 ? around[0] : undefined;
    return key === 'ArrowDown' && place >= 0 ? block?.main[0]?.name : undefined;
  }
  if (place < 0) return order[order.indexOf(from) + step];
  return place + step < 0 ? block?.main[0]?.name : (around[place + step] ?? block?.sum?.name);
}

const is = (name: string) => (node: DiagramNode | undefined) => node?.name === name;

/** Side in pixels of the square that stands for maps of this size; logarithmic, so that all can be seen. */
export const faceSide = (size: number) => Math.round(3 + 5.5 * Math.log2(size));

/** Depth in pixels of the box that stands for so many channels; logarithmic. */
export const boxDepth = (channels: number) => Math.max(0, Math.round(2 * Math.log2(channels) - 4));
