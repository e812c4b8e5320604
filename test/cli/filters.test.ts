import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filterFacts } from '../../cli/filterFacts.ts';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import { diskModelFiles } from '../../cli/nodeModels.ts';
import { smallManifest, smallModel } from '../support/models.ts';
import { root } from '../support/repository.ts';

let folder: string;
const inFolder = (name: string) => join(folder, name);

/** Runs `lens filters` as a user does. */
function lens(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(root, 'cli/lens.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [file, 'filters', ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, stdout: out, stderr: err });
    });
  });
}

const untrained = ['--models', 'models', '--model', 'small@untrained'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lens-filters-'));
  await mkdir(inFolder('models/small'), { recursive: true });
  await writeFile(inFolder('models/small/model.json'), JSON.stringify(smallManifest()));
});
afterAll(() => rm(folder, { recursive: true }));

describe('filters', () => {
  test('writes the wall, and a census whose numbers add up', async () => {
    const files = ['--out', 'wall.png', '--census', 'census.json'];
    const outcome = await lens('--model', 'smallcnn-cifar10', ...files);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /^features\.0\.0: 32 filters of 3×3×3, \d+ edges, .* dead, to wall\.png and census\.json\n$/,
    );
    // 33x17 as the text has it, 31 times as large: 1023 is the last multiple below 1024.
    const { width, height } = await sharp(inFolder('wall.png')).metadata();
    expect([width, height]).toEqual([31 * 33, 31 * 17]);
    const census = JSON.parse(await readFile(inFolder('census.json'), 'utf8'));
    expect(census).toMatchObject({ layer: 'features.0.0', shape: [32, 3, 3, 3] });
    const sum = (values: Record<string, number>) => Object.values(values).reduce((a, b) => a + b);
    expect(sum(census.counts)).toBe(32);
    expect(sum(census.shares)).toBeCloseTo(1, 5);
    expect(census.filters).toHaveLength(32);
    for (const { index, verdict, best, fits } of census.filters) {
      expect(fits, `filter ${index}`).toHaveLength(7);
      if (verdict === 'noise' || verdict === 'dead') continue;
      expect(best.explained).toBeGreaterThanOrEqual(0.6);
      expect(best.explained).toBeGreaterThan(best.noiseFloor);
      expect(best.pattern).toBe(verdict);
    }
  });

  test('stretches each filter between its own extremes, black lines between them', async () => {
    const outcome = await lens(...untrained, '--scale', '1', '--out', 'small.png');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { data, info } = await sharp(inFolder('small.png'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 33, height: 17, channels: 3 });
    const { data: weights } = await smallModel().parameter('features.0.0.weight');
    const first = weights.subarray(0, 27);
    const [low, high] = [Math.min(...first), Math.max(...first)];
    const at = (row: number, column: number, channel: number) =>
      data[3 * (33 * (1 + row) + 1 + column) + channel];
    for (const [row, column, channel] of [
      [0, 0, 0],
      [1, 2, 1],
      [2, 0, 2],
    ] as const) {
      const weight = first[9 * channel + 3 * row + column]!;
      expect(at(row, column, channel)).toBe(Math.round((255 * (weight - low)) / (high - low)));
    }
    expect([...data.subarray(0, 3)]).toEqual([0, 0, 0]);
  });

  test.each([
    [['--out', 'wall.jpg'], 2, /expected a name ending in \.png/],
    [['--out', 'wall.png', '--census', 'census.txt'], 2, /expected a name ending in \.json/],
    [['--out', 'wall.png', '--scale', '0'], 2, /expected a whole number from 1 to 64/],
    [['--out', 'wall.png', '--layer', 'features.1.0'], 1, /expected \[filters, 1 or 3, k, k\]/],
  ])('refuses %j', async (args, code, message) => {
    const outcome = await lens(...untrained, ...args);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(message);
  });
});

describe('facts', () => {
  test('count what a census counts, of the networks that there are', async () => {
    const files = diskModelFiles();
    const ask = await nodeEngine('wasm', {
      ...files,
      // A site without its large network.
      manifest: (model) => files.manifest(model === 'resnet18-objects11' ? 'nowhere' : model),
    });
    const facts = await filterFacts(ask);
    const { counts } = await ask('filters', { model: 'mnistcnn' });
    expect(facts).toMatchObject({
      'filters.mnistcnn.count': 32,
      'filters.mnistcnn.edges': counts.edge + counts.colourEdge,
      'filters.mnistcnn.none': counts.noise,
      'filters.mnistcnn.colourEdges': 0,
    });
    const names = ['edges', 'gratings', 'blobs', 'none', 'dead'];
    for (const prefix of ['filters.smallcnn', 'filters.smallcnn.untrained']) {
      const numbers = names.map((name) => facts[`${prefix}.${name}`] as number);
      expect(numbers.reduce((a, b) => a + b)).toBe(32);
      expect(facts[`${prefix}.structured`]).toBe(numbers[0]! + numbers[1]! + numbers[2]!);
    }
    expect(facts['filters.smallcnn.noise']).toMatch(/^\d\d percent$/);
    expect(Object.keys(facts).some((name) => name.startsWith('filters.resnet18'))).toBe(false);
  });
});
