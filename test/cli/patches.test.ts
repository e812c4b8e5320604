import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import { diskModelFiles } from '../../cli/nodeModels.ts';
import { readPicture } from '../../cli/nodePicture.ts';
import { numberText } from '../../src/draw/numberText.ts';
import { seededRandom } from '../../src/engine/random.ts';
import { smallManifest } from '../support/models.ts';
import { root } from '../support/repository.ts';

const size = 16;
let folder: string;
const inFolder = (name: string) => join(folder, name);

/** Runs `lens patches` as a user does, models taken from the temporary folder. */
function patches(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const given = ['patches', '--models', 'models', '--model', 'small@untrained', ...args];
  return new Promise((resolve) => {
    const file = join(root, 'cli/lens.ts');
    execFile(process.execPath, [file, ...given], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const writeNoise = (name: string, seed: number) => {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: 24 * 20 * 3 }, () => Math.floor(256 * random()));
  const raw = { width: 24, height: 20, channels: 3 } as const;
  return sharp(data, { raw }).png().toFile(inFolder(name));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lens-patches-'));
  for (const name of ['models/small', 'pictures', 'empty'])
    await mkdir(inFolder(name), { recursive: true });
  await writeFile(inFolder('models/small/model.json'), JSON.stringify(smallManifest(size)));
  await writeFile(inFolder('pictures/notes.txt'), 'no picture');
  await writeNoise('pictures/first.png', 1);
  await writeNoise('pictures/second.png', 2);
});

afterAll(() => rm(folder, { recursive: true }));

const wanted = ['--layer', 'features.1', '--channel', '5', '--pictures', 'pictures'];

describe('patches', () => {
  test('ranks the pictures of a folder by the value that the engine finds', async () => {
    const outcome = await patches(...wanted, '--out', 'sheet.png');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const ask = await nodeEngine('wasm', diskModelFiles(inFolder('models')));
    const found = [];
    for (const name of ['first.png', 'second.png']) {
      const bitmap = await readPicture(inFolder(`pictures/${name}`));
      const request = { model: 'small@untrained', layer: 'features.1', crops: 'all' } as const;
      const picture = { key: name, bitmap };
      const { values, crops, cells, squares } = await ask('patches', { ...request, picture });
      found.push({ name, value: values[5]!, square: squares[crops[5]!]!, cell: cells[5]! });
    }
    const width = size / 2;
    const lines = found
      .sort((a, b) => b.value - a.value)
      .map(
        ({ name, value, square: { left, top, side }, cell }, rank) =>
          `${rank + 1}. ${name}: ${numberText(value, 5)} in row ${Math.floor(cell / width)}, column ${cell % width}, of the ${side} pixels from ${left}, ${top}`,
      );
    expect(outcome.stdout.trimEnd().split('\n')).toEqual([
      'features.1, channel 5: the strongest of 2 pictures, to sheet.png',
      ...lines,
    ]);
    expect(await sharp(inFolder('sheet.png')).metadata()).toMatchObject({ format: 'png' });
  });

  test('looks at whole pictures only, if told to', async () => {
    const outcome = await patches(...wanted, '--crops', 'whole', '--out', 'whole.png');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    // The centre square of 24x20.
    expect(outcome.stdout.match(/of the 20 pixels from 0, 0/g)).toHaveLength(2);
  });

  test.each([
    [2, ['--channel', 'two'], 'invalid --channel: two, expected a number from 0'],
    [2, ['--crops', 'some'], 'invalid --crops: some, expected all or whole'],
    [2, ['--out', 'sheet.jpg'], 'invalid --out: sheet.jpg, expected a name ending in .png'],
    [1, ['--pictures', 'empty'], 'no pictures in empty, expected PNG'],
    [1, ['--pictures', 'none'], 'could not read none: there is no such file or folder'],
    [1, ['--channel', '32'], 'unknown channel: 32, features.1 has 0 to 31'],
    [1, ['--layer', 'conv1'], 'unknown layer: conv1, expected one of features.0.0'],
    [1, ['--layer', 'head'], 'head has no maps, only 10 numbers'],
  ] as const)('exit code %i for %j: %s', async (code, changed, message) => {
    const outcome = await patches(...wanted, '--out', 'a.png', ...changed);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(/^lens: [^\n]*\n$/);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(code);
  });
});
