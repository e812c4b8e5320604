import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/draw/npy.ts';
import { relativeError } from '../support/closeness.ts';
import { readGoldenFile } from '../support/goldens.ts';
import { noise, smallManifest, smallModel } from '../support/models.ts';
import { root } from '../support/repository.ts';
import { readTensors } from '../support/tensorFile.ts';

const size = 16;
const model = ['--model', 'small@untrained'];
let folder: string;
const inFolder = (name: string) => join(folder, name);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as a user does, models taken from the temporary folder. */
function lens(...args: string[]): Promise<Outcome> {
  const file = join(root, 'cli/lens.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const run = (command: string, ...args: string[]) => lens(command, '--models', 'models', ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lens-'));
  await mkdir(inFolder('models/small'), { recursive: true });
  await writeFile(inFolder('models/small/model.json'), JSON.stringify(smallManifest(size)));
  const input = noise([1, 3, size, size]);
  await writeFile(inFolder('x.npy'), encodeNpy(input.data, input.shape));
  await writeFile(inFolder('flat.npy'), encodeNpy(input.data, [3, size, size]));
  await writeFile(inFolder('holes.npy'), encodeNpy(Float32Array.of(1, NaN), [2]));
  await writeFile(inFolder('words.txt'), 'not a picture, not an array');
  const red = { width: 20, height: 24, channels: 3, background: '#c03020' } as const;
  await sharp({ create: red }).png().toFile(inFolder('red.png'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('capture', () => {
  test('writes activations, gradients and logits that fit together', async () => {
    const layers = ['features.0.0', 'features.3', 'features', 'pool', 'head'];
    const outcome = await run(
      ...(['capture', ...model, '--input', 'x.npy', '--out', 'out.safetensors'] as const),
      ...['--layers', layers.join(), '--gradients', 'input, pool,head', '--class', 'class 3'],
    );
    expect(outcome).toEqual({
      code: 0,
      stdout: '9 tensors, 10782 values, class 3 (class 3), to out.safetensors\n',
      stderr: '',
    });
    const file = readTensors(new Uint8Array(await readFile(inFolder('out.safetensors'))));
    const shapes = [...file.tensors].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      logits: [1, 10],
      'activation.features.0.0': [1, 32, 16, 16],
      'activation.features.3': [1, 64, 4, 4],
      'activation.features': [1, 128, 2, 2],
      'activation.pool': [1, 128, 1, 1],
      'activation.head': [1, 10],
      'gradient.input': [1, 3, 16, 16],
      'gradient.pool': [1, 128, 1, 1],
      'gradient.head': [1, 10],
    });
    expect(file.metadata).toEqual({ model: 'small-16@untrained', class: '3', label: 'class 3' });
    const values = (name: string) => [...file.tensors.get(name)!.data];
    expect(values('activation.head')).toEqual(values('logits'));
    expect(values('gradient.head')).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    // The logit is linear in the pooled channels: its gradient is the class's row of weights.
    const weights = await smallModel(size).parameter('head.weight');
    expect(values('gradient.pool')).toEqual([...weights.data.subarray(3 * 128, 4 * 128)]);
    expect(values('gradient.input').some((value) => value !== 0)).toBe(true);
  });

  test('agrees with PyTorch at every module of a network that ships', async () => {
    const golden = await readGoldenFile('smallcnn-cifar10/horse.safetensors');
    const of = (prefix: string) =>
      [...golden.tensors.keys()].flatMap((name) =>
        name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
      );
    const { data, shape } = golden.tensors.get('input')!;
    await writeFile(inFolder('horse.npy'), encodeNpy(data, shape));
    const outcome = await lens(
      ...(['capture', '--model', 'smallcnn-cifar10', '--input', 'horse.npy'] as const),
      ...(['--layers', of('activation.').join(), '--gradients', of('gradient.').join()] as const),
      ...['--class', golden.metadata['class']!, '--out', 'horse.safetensors'],
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const file = readTensors(new Uint8Array(await readFile(inFolder('horse.safetensors'))));
    expect(file.tensors.size).toBe(1 + of('activation.').length + of('gradient.').length);
    const far = [...file.tensors].filter(
      ([name, { data: actual }]) => !(relativeError(actual, golden.tensors.get(name)!.data) < 1e-4),
    );
    expect(far).toEqual([]);
  });

  test('says nothing but its own line on the CPU backend', async () => {
    const outcome = await run(
      ...(['capture', ...model, '--input', 'x.npy', '--out', 'cpu.safetensors'] as const),
      ...['--backend', 'cpu'],
    );
    expect(outcome.stderr).toBe('');
    expect(outcome.stdout).toMatch(/^1 tensor, 10 values, class \d \(class \d\), to cpu\S+\n$/);
  });
});

describe('explain', () => {
  test('writes the raw map', async () => {
    const outcome = await run(
      ...(['explain', 'red.png', ...model, '--method', 'grad-cam'] as const),
      ...['--layer', 'features.3', '--class', '7', '--out', 'map.npy'],
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^Grad-CAM of class 7 \(logit \S+\) at features\.3: 4×4, /);
    const map = decodeNpy(await readFile(inFolder('map.npy')));
    expect(map.shape).toEqual([4, 4]);
    expect(Math.min(...map.data)).toBeGreaterThanOrEqual(0);
  });

  test('agrees with PyTorch from the file of the picture on', async () => {
    const golden = await readGoldenFile('smallcnn-cifar10/horse.safetensors');
    const picture = join(root, 'public/images/horse.webp');
    const outcome = await lens(
      ...(['explain', picture, '--model', 'smallcnn-cifar10', '--method', 'saliency'] as const),
      ...['--class', golden.metadata['class']!, '--out', 'horse-map.npy'],
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const map = decodeNpy(await readFile(inFolder('horse-map.npy')));
    const expected = golden.tensors.get('method.saliency.max')!;
    expect(map.shape).toEqual(expected.shape);
    expect(relativeError(map.data, expected.data)).toBeLessThan(1e-4);
  });

  test('writes a heatmap with whole squares, options obeyed', async () => {
    const saliency = (out: string, ...rest: string[]) =>
      run('explain', 'red.png', ...model, '--method', 'saliency', '--out', out, ...rest);
    const option = ['--option', 'reduction=sum'];
    const outcomes = [
      await saliency('max.npy'),
      await saliency('sum.npy', ...option),
      await saliency('sum.png', ...option),
    ];
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [max, sum] = await Promise.all(
      ['max.npy', 'sum.npy'].map(async (name) => decodeNpy(await readFile(inFolder(name))).data),
    );
    expect(sum!.every((value, i) => value >= max![i]!)).toBe(true);
    const { data, info } = await sharp(inFolder('sum.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 512, height: 512, channels: 3 });
    // Inferno's last colour stands where the largest value is, over 512 / 16 = 32 pixels.
    const peak = sum!.indexOf(Math.max(...sum!));
    const corner = (Math.floor(peak / size) * 32 * 512 + (peak % size) * 32) * 3;
    const opposite = corner + (31 * 512 + 31) * 3;
    expect([...data.subarray(corner, corner + 3)]).toEqual([252, 255, 164]);
    expect([...data.subarray(opposite, opposite + 3)]).toEqual([252, 255, 164]);
  });
});

test('report-card writes 1650x1125 pixels at 150 dots an inch', async () => {
  const outcome = await run(
    ...(['report-card', 'red.png', ...model, '--true', 'brick', '--channel', '5'] as const),
    ...['--out', 'card.png'],
  );
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toMatch(/^class \d \(\d+\.\d %\), to card\.png\n$/);
  const bytes = await readFile(inFolder('card.png'));
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 1650, height: 1125, channels: 3 });
  // 150 dots an inch are 5906 a metre.
  const at = bytes.indexOf('pHYs') + 4;
  expect([bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4), bytes[at + 8]]).toEqual([
    5906, 5906, 1,
  ]);
});

describe('help', () => {
  test('of the program', async () => {
    const { code, stdout } = await lens('--help');
    expect(code).toBe(0);
    for (const part of ['capture', 'explain', 'report-card', 'Exit codes: 0 done']) {
      expect(stdout).toContain(part);
    }
  });

  test('of a command', async () => {
    const { code, stdout } = await lens('explain', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'explain PICTURE --model ID|FILE --method ID --out MAP.npy|MAP.png|MAP.svg',
    );
    expect(stdout).toContain('--option K=V');
  });
});

const explained = ['explain', 'red.png', ...model, '--out', 'a.png', '--method'];
const captured = ['capture', ...model, '--out', 'a.safetensors', '--input'];

const refusals: readonly (readonly [code: number, args: readonly string[], message: string])[] = [
  [2, [], 'missing command, expected one of capture, explain, filters, patches, report-card'],
  [2, ['explode'], 'unknown command: explode, expected one of capture, explain, filters, patches, report-card'],
  [2, [...explained, 'saliency', '--colour', 'red'], 'unknown flag: --colour, explain takes --model, '],
  [2, ['explain', '--out'], '--out needs a value'],
  [2, ['explain', ...model], 'missing PICTURE, usage: npm run lens -- explain PICTURE --model ID'],
  [2, [...explained, 'saliency', 'b.png'], 'unexpected argument: b.png, usage: '],
  [2, ['explain', 'red.png', ...model, '--out', 'a.png'], 'missing --method, usage: '],
  [2, ['explain', 'red.png', ...model, '--method', 'saliency', '--out', 'a.jpg'],
    'invalid --out: a.jpg, expected a name ending in .npy or .png or .svg'],
  [2, [...explained, 'saliency', '--backend', 'cuda'], 'invalid --backend: cuda, expected wasm or cpu'],
  [2, [...explained, 'saliency', '--option', 'l2'], 'invalid --option: l2, expected name=value'],
  [2, ['report-card', 'red.png', ...model, '--out', 'a.png', '--channel', 'all'],
    'invalid --channel: all, expected mean or a number from 0'],
  [1, [...explained, 'lrp'], 'unknown method: lrp, expected one of saliency, gradient-x-input'],
  [1, [...explained, 'saliency', '--option', 'blur=2'], 'unknown option: blur, saliency has reduction'],
  [1, [...explained, 'saliency', '--class', 'zebra'], 'unknown class: zebra, expected 0 to 9 or one of class 0'],
  [1, [...explained, 'saliency', '--class', '10'], 'unknown class: 10, expected 0 to 9'],
  [1, [...explained, 'grad-cam', '--layer', 'pool'], 'pool has no rows and columns left'],
  [1, ['explain', 'none.png', ...model, '--method', 'saliency', '--out', 'a.png'], 'could not read none.png'],
  [1, ['explain', 'words.txt', ...model, '--method', 'saliency', '--out', 'a.png'], 'words.txt is not a bitmap'],
  [1, ['explain', 'red.png', '--model', 'large', '--method', 'saliency', '--out', 'a.png'], 'unknown model: large'],
  [1, ['explain', 'red.png', ...model, '--method', 'saliency', '--out', 'none/a.png'],
    'could not write none/a.png: there is no such file or folder'],
  [1, ['report-card', 'red.png', ...model, '--out', 'a.png', '--channel', '64'],
    'unknown channel: 64, features.2 has 0 to 63'],
  [1, [...captured, 'none.npy'], 'could not read none.npy: there is no such file or folder'],
  [1, [...captured, 'words.txt'], 'words.txt: invalid .npy file'],
  [1, [...captured, 'holes.npy'], 'holes.npy holds NaN at index 1, expected finite numbers'],
  [1, [...captured, 'flat.npy'], 'the input has shape [3, 16, 16], expected [N, 3, 16, 16]'],
  [1, [...captured, 'x.npy', '--layers', 'conv1'], 'unknown layer: conv1, expected one of features.0.0'],
]; // prettier-ignore

test.concurrent.each(refusals)('exit code %i for %j: %s', async (code, args, message) => {
  const [command, ...rest] = args;
  const outcome = await (command ? run(command, ...rest) : lens());
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr).toMatch(/^lens: [^\n]*\n$/);
  expect(outcome.stderr).toContain(message);
  expect(outcome.code).toBe(code);
});
