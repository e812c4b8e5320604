import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/draw/npy.ts';
import { relativeError } from '../support/closeness.ts';
import { readGoldenFile } from '../support/goldens.ts';
import { runWithTorch, withoutTorch } from '../support/pytorch.ts';
import { goldenFolder, modelsFolder, root } from '../support/repository.ts';
import { readTensors } from '../support/tensorFile.ts';
import { torchFile } from '../support/torchFile.ts';

/** Largest relative error allowed, as for every comparison with PyTorch on WASM. */
const bound = 1e-4;

let folder: string;
const inFolder = (name: string) => join(folder, name);
const bytesOf = async (path: string) => new Uint8Array(await readFile(path));

/** Runs the program as a user does. */
function lens(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(root, 'cli/lens.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const labels = ['ant', 'bee', 'cow', 'doe', 'elk', 'fox', 'gnu', 'hen', 'ibex', 'jay'];
const shipped = join(modelsFolder, 'smallcnn-cifar10/model.safetensors');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-'));
  await copyFile(shipped, inFolder('mine.safetensors'));
  const { tensors } = readTensors(await bytesOf(shipped));
  const renamed = [...tensors].map(([name, tensor]) => [`net.${name}`, tensor]);
  await writeFile(inFolder('mine.pt'), torchFile(Object.fromEntries(renamed)));
  await writeFile(inFolder('labels.txt'), `${labels.join('\r\n')}\n`);
  await copyFile(join(goldenFolder, 'checkpoints/malicious-zip.pt'), inFolder('malicious.pt'));
});

afterAll(() => rm(folder, { recursive: true }));

const picture = join(root, 'public/images/horse.webp');

describe("a state dict of one's own", () => {
  test.each(['mine.safetensors', 'mine.pt'])('gives what PyTorch gives: %s', async (file) => {
    const golden = await readGoldenFile('smallcnn-cifar10/horse.safetensors');
    const { data, shape } = golden.tensors.get('input')!;
    await writeFile(inFolder(`${file}.npy`), encodeNpy(data, shape));
    const outcome = await lens(
      ...([
        'capture',
        '--model',
        file,
        '--input',
        `${file}.npy`,
        '--layers',
        'features.2',
      ] as const),
      ...(['--labels', 'labels.txt', '--out', `${file}-out.safetensors`] as const),
    );
    const index = Number(golden.metadata['class']);
    expect(outcome).toEqual({
      code: 0,
      stdout: `2 tensors, 16394 values, class ${index} (${labels[index]}), to ${file}-out.safetensors\n`,
      stderr: '',
    });
    const { tensors, metadata } = readTensors(await bytesOf(inFolder(`${file}-out.safetensors`)));
    expect(metadata).toEqual({ model: file, class: String(index), label: labels[index] });
    const expected = golden.tensors.get('logits')!;
    expect(relativeError(tensors.get('logits')!.data, expected.data)).toBeLessThan(bound);
  });

  test('is explained, by label, from the file of the picture on', async () => {
    const explain = (model: string, out: string, ...rest: string[]) =>
      lens('explain', picture, '--model', model, '--method', 'saliency', '--out', out, ...rest);
    const own = ['--labels', 'labels.txt', '--class', 'hen'];
    const mine = await explain('mine.pt', 'mine.npy', ...own);
    const ours = await explain('smallcnn-cifar10', 'ours.npy', '--class', '7');
    expect([mine.code, ours.code]).toEqual([0, 0]);
    expect(mine.stdout).toMatch(/^Saliency of hen \(logit /);
    const maps = await Promise.all(['mine.npy', 'ours.npy'].map((name) => bytesOf(inFolder(name))));
    expect(decodeNpy(maps[0]!)).toEqual(decodeNpy(maps[1]!));
  });

  test('has a report card, at a size of its own', async () => {
    const outcome = await lens(
      ...(['report-card', picture, '--model', 'mine.safetensors', '--input-size', '48'] as const),
      ...(['--labels', 'labels.txt', '--out', 'card.png'] as const),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^[a-j]\w+ \(\d+\.\d %\), to card\.png\n$/);
  });

  test('has an untrained twin', async () => {
    const outcome = await lens(
      ...(['explain', picture, '--model', 'mine.pt@untrained', '--method', 'grad-cam'] as const),
      ...(['--class', '3', '--out', 'twin.npy'] as const),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^Grad-CAM of class 3 \(logit /);
  });
});

const explained = ['explain', picture, '--method', 'saliency', '--out', 'a.npy', '--model'];
const refusals: readonly (readonly [code: number, args: readonly string[], message: string])[] = [
  [1, ['none.pt'], 'could not read none.pt: there is no such file or folder'],
  [1, ['malicious.pt'], 'the pickle in malicious.pt asks for posix.system, which only a program may run'],
  [1, ['mine.pt', '--labels', 'none.txt'], 'could not read none.txt: there is no such file or folder'],
  [1, ['mine.pt', '--labels', 'two.txt'], 'got 2 labels, expected 10, one for each class'],
  [1, ['mine.pt', '--labels', 'gap.txt'], 'gap.txt has no label in line 2'],
  [1, ['mine.pt', '--input-size', '4'], 'invalid input size of smallcnn: 4, expected a whole number from 8 to 512'],
  [2, ['mine.pt', '--input-size', 'big'], 'invalid --input-size: big, expected a number of pixels'],
  [2, ['smallcnn-cifar10', '--labels', 'labels.txt'],
    '--labels is for a file ending in .pt or .pth or .safetensors, smallcnn-cifar10 is a folder of models/'],
]; // prettier-ignore

describe('a state dict is refused', () => {
  beforeAll(async () => {
    await writeFile(inFolder('two.txt'), 'a\nb\n');
    await writeFile(inFolder('gap.txt'), 'a\n\nb\n');
  });

  test.concurrent.each(refusals)('exit code %i for %j: %s', async (code, args, message) => {
    const outcome = await lens(...explained, ...args);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(/^lens: [^\n]*\n$/);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(code);
  });
});

interface Network {
  readonly file: string;
  /** Of the file that has PyTorch's values. */
  readonly name: string;
  readonly layers: readonly string[];
  readonly classes: number;
  readonly size?: string;
}

/** What `training/golden_own_models.py` writes. */
const networks: readonly Network[] = [
  { file: 'colour.pt', name: 'colour', layers: ['features.3'], classes: 7 },
  { file: 'colour.safetensors', name: 'colour', layers: ['features.3'], classes: 7 },
  { file: 'grey.pth', name: 'grey', layers: ['features'], classes: 4 },
  { file: 'plain.pt', name: 'plain', layers: ['features.5'], classes: 10 },
  { file: 'resnet.pt', name: 'resnet', layers: ['layer2.0', 'avgpool'], classes: 5, size: '64' },
];

describe('networks that PyTorch saved', async () => {
  const there = await mkdtemp(join(tmpdir(), 'own-networks-'));
  const at = (name: string) => join(there, name);
  const script = join(root, 'training/golden_own_models.py');
  const made = runWithTorch([script, there], there);
  afterAll(() => rm(there, { recursive: true }));
  if (!made) return void test('are computed as by PyTorch', ({ skip }) => skip(withoutTorch));

  test.each(networks)('are computed as by PyTorch: $file', async (network) => {
    const { file, name, layers, classes, size } = network;
    const { tensors: expected } = readTensors(await bytesOf(at(`${name}-expected.safetensors`)));
    const input = expected.get('input')!;
    await writeFile(at(`${file}.npy`), encodeNpy(input.data, input.shape));
    const outcome = await lens(
      ...(['capture', '--model', at(file), '--input', at(`${file}.npy`)] as const),
      ...(['--layers', layers.join(), '--out', at(`${file}-out`)] as const),
      ...(size ? ['--input-size', size] : []),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { tensors } = readTensors(await bytesOf(at(`${file}-out`)));
    const taps = layers.map((layer) => `activation.${layer}`);
    expect([...tensors.keys()]).toEqual(['logits', ...taps]);
    expect(tensors.get('logits')!.shape).toEqual([input.shape[0], classes]);
    for (const [tensor, { data, shape }] of tensors) {
      expect(shape).toEqual(expected.get(tensor)!.shape);
      expect(relativeError(data, expected.get(tensor)!.data)).toBeLessThan(bound);
    }
  });
});
