import { describe, expect, it } from 'vitest';
import {
  boxDepth,
  faceSide,
  neighbour,
  networkDiagram,
  shortcutNodes,
  sourcesOf,
  type DiagramBlock,
  type NetworkDiagram,
} from '../../src/components/figures/networkDiagram.ts';
import { architectureNamed, architectures } from '../../src/engine/archs/index.ts';

const sizes: Record<string, number> = { smallcnn: 32, resnet18: 224, resnet34: 224 };
const modulesOf = (name: string) =>
  architectureNamed(name)
    .stages({ name, inputChannels: 3, inputSize: sizes[name] ?? 224, classCount: 11 })
    .flatMap(({ modules }) => modules);
const blocksOf = ({ groups }: NetworkDiagram) => groups.flatMap(({ blocks }) => blocks);
const names = (nodes: ReadonlyArray<{ readonly name: string }>) => nodes.map(({ name }) => name);
const labels = (nodes: ReadonlyArray<{ readonly label: string }>) =>
  nodes.map(({ label }) => label);

/** Every node of a block, containers too. */
const nodesOf = (block: DiagramBlock) =>
  [...block.main, block.sum, block.whole, ...shortcutNodes(block)].flatMap((node) => node ?? []);

describe.each(Object.keys(architectures))('the diagram of %s', (name) => {
  const modules = modulesOf(name);
  const diagram = networkDiagram(modules);

  it('shows every module once', () => {
    const wholes = diagram.groups.flatMap(({ whole }) => whole ?? []);
    const drawn = names([...wholes, ...blocksOf(diagram).flatMap(nodesOf)]);
    expect(drawn.sort()).toEqual(names(modules).sort());
  });

  it('can be walked through from the first module to the last and back', () => {
    const seen = [diagram.order[0]!];
    for (let next = seen[0]; next; next = neighbour(diagram, next, 'ArrowRight'))
      if (next !== seen.at(-1)) seen.push(next);
    expect(seen).toEqual(diagram.order);
    const around = blocksOf(diagram).flatMap(shortcutNodes);
    expect([...seen, ...names(around)].sort()).toEqual(names(modules).sort());
    expect(neighbour(diagram, seen.at(-1)!, 'Home')).toBe(seen[0]);
    expect(neighbour(diagram, seen[0]!, 'End')).toBe(seen.at(-1));
    expect(neighbour(diagram, seen[3]!, 'ArrowLeft')).toBe(seen[2]);
    expect(neighbour(diagram, seen[0]!, 'ArrowLeft')).toBeUndefined();
  });

  it('computes the last module from everything', () => {
    expect([...sourcesOf(modules, modules.at(-1)!.name)].sort()).toEqual(
      [...names(modules), 'input'].filter((one) => one !== 'input').sort(),
    );
  });
});

describe('residual networks', () => {
  const modules = modulesOf('resnet18');
  const diagram = networkDiagram(modules);
  const block = (name: string) => blocksOf(diagram).find(({ whole }) => whole?.name === name)!;

  it('stand in four groups between a stem and a head', () => {
    expect(diagram.residual).toBe(true);
    expect(diagram.groups.map(({ whole }) => whole?.name)).toEqual([
      undefined,
      'layer1',
      'layer2',
      'layer3',
      'layer4',
      undefined,
    ]);
    const [stem, ...rest] = blocksOf(diagram);
    expect(names(stem!.main)).toEqual(['conv1', 'bn1', 'relu', 'maxpool']);
    expect(names(rest.at(-1)!.main)).toEqual(['avgpool', 'fc']);
    expect(rest).toHaveLength(9);
    const deeper = networkDiagram(modulesOf('resnet34'));
    expect(deeper.groups.map(({ blocks }) => blocks.length)).toEqual([1, 3, 4, 6, 3, 1]);
  });

  it('go around a block by nothing where the shape stays', () => {
    const { main, sum, shortcut, shortcutWhole, shape } = block('layer1.0');
    expect(labels(main)).toEqual(['conv1', 'bn1', 'conv2', 'bn2']);
    expect(sum?.name).toBe('layer1.0.relu');
    expect([shortcut, shortcutWhole]).toEqual([[], undefined]);
    expect(shape).toEqual([64, 56, 56]);
  });

  it('go around a block by a convolution where it changes', () => {
    const { main, shortcut, shortcutWhole, shape } = block('layer3.0');
    expect(names(main)).not.toContain('layer3.0.downsample.0');
    expect(labels(shortcut)).toEqual(['conv', 'norm']);
    expect(shortcutWhole?.name).toBe('layer3.0.downsample');
    expect(shape).toEqual([256, 14, 14]);
  });

  it('say what each module is', () => {
    const node = block('layer2.0').main[0]!;
    // 128 filters of 64 channels, 3 by 3.
    expect(node.spoken).toBe('layer2.0.conv1, Conv2d, 128×28×28, 73,728 parameters');
    expect(node.facts).toEqual([
      'layer2.0.conv1',
      'Conv2d 3×3, stride 2',
      '128×28×28',
      '73,728 parameters',
    ]);
    expect(block('layer2.0').shortcut[1]!.spoken).toBe(
      'layer2.0.downsample.1, norm, BatchNorm2d, 128×28×28, 256 parameters',
    );
    expect(block('layer2.0').sum!.spoken).toBe('layer2.0.relu, ReLU, 128×28×28, no parameters');
  });

  it('let the arrow keys change over to the way around and back', () => {
    const walk = (from: string, ...keys: string[]) =>
      keys.reduce((at, key) => neighbour(diagram, at, key) ?? 'nowhere', from);
    expect(walk('layer2.0.bn2', 'ArrowUp')).toBe('layer2.0.downsample.0');
    expect(walk('layer2.0.bn2', 'ArrowUp', 'ArrowRight', 'ArrowRight')).toBe('layer2.0.downsample');
    expect(walk('layer2.0.downsample', 'ArrowRight')).toBe('layer2.0.relu');
    expect(walk('layer2.0.downsample.1', 'ArrowDown')).toBe('layer2.0.conv1');
    expect(walk('layer2.0.downsample.0', 'ArrowLeft')).toBe('layer2.0.conv1');
    expect(walk('layer1.0.bn1', 'ArrowUp')).toBe('nowhere');
    expect(walk('layer1.0.bn1', 'ArrowDown')).toBe('nowhere');
  });

  it('light what a module is computed from, and nothing else', () => {
    const sources = sourcesOf(modules, 'layer2.0.conv2');
    for (const lit of ['conv1', 'maxpool', 'layer1', 'layer1.1.relu', 'layer2.0.bn1'])
      expect(sources, lit).toContain(lit);
    for (const dark of ['layer2.0.downsample.0', 'layer2.0.bn2', 'layer2.0', 'layer2', 'fc'])
      expect(sources, dark).not.toContain(dark);
    expect(sourcesOf(modules, 'layer2')).toContain('layer2.0.downsample.1');
    expect(sourcesOf(modules, 'layer2.1.relu')).toContain('layer2');
  });
});

describe('a chain of blocks', () => {
  const modules = modulesOf('smallcnn');
  const diagram = networkDiagram(modules);

  it('has no way around, and names counted layers by their kind', () => {
    expect(diagram.residual).toBe(false);
    expect(diagram.groups.map(({ whole, blocks }) => [whole?.name, blocks.length])).toEqual([
      ['features', 6],
      [undefined, 1],
    ]);
    const [first] = blocksOf(diagram);
    expect(first!.whole!.name).toBe('features.0');
    expect(labels(first!.main)).toEqual(['conv', 'norm', 'ReLU']);
    expect(blocksOf(diagram).at(-1)!.shape).toEqual([11, 1, 1]);
  });
});

it('boxes become smaller and deeper by logarithms', () => {
  expect([112, 56, 28, 14, 7, 1].map(faceSide)).toEqual([40, 35, 29, 24, 18, 3]);
  expect([8, 11, 64, 128, 256, 512].map(boxDepth)).toEqual([2, 3, 8, 10, 12, 14]);
});
