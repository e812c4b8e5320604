import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diskModelFiles } from '../../cli/nodeModels.ts';
import { siteModels } from '../../cli/siteModels.ts';
import type { ModelManifest } from '../../src/engine/manifest.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import { root } from '../support/repository.ts';
import { standIn, startWeightHost, type WeightHost } from '../support/standIn.ts';
import { sha256 } from '../support/weightFile.ts';

const stand = standIn();
const digest = sha256(stand.bytes);
let folder: string;
let host: WeightHost;

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function install(...args: string[]): Promise<Outcome> {
  const file = join(root, 'cli/imagenet1k.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [file, '--models', folder, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function readManifest(): Promise<ModelManifest> {
  return JSON.parse(await readFile(join(folder, 'resnet18-imagenet1k/model.json'), 'utf8'));
}

beforeAll(async () => {
  host = await startWeightHost(stand.bytes);
});
afterAll(() => host.close());
beforeEach(async () => {
  Object.assign(host, { delivery: 'whole', bytes: stand.bytes });
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  return () => rm(folder, { recursive: true });
});

describe('npm run models:imagenet1k', () => {
  test('makes a folder that the site lists and the engine opens, tensors in forward order', async () => {
    const outcome = await install('--from', host.url, '--sha256', digest);
    expect(outcome).toEqual({
      code: 0,
      stdout: `wrote ${join(folder, 'resnet18-imagenet1k')}\n`,
      stderr: '',
    });
    const [listed] = await siteModels(folder);
    expect(listed).toMatchObject({
      id: 'resnet18-imagenet1k',
      architecture: 'resnet18',
      inputSize: 224,
      colour: 'rgb',
    });
    expect([0, 207, 497, 999].map((index) => listed!.labels[index])).toEqual([
      'tench',
      'golden retriever',
      'church',
      'toilet tissue',
    ]);
    // The stand-in is float16 already: every tensor must be as it was, to the bit.
    const { weights } = await readManifest();
    expect(weights.tensors).toEqual(stand.checksums.tensors);
    expect(Object.keys(weights.tensors)).toEqual(stand.specs.map(({ name }) => name));
    const dispatcher = new Dispatcher(diskModelFiles(folder));
    const asked = { model: 'resnet18-imagenet1k', name: 'fc.bias' };
    expect(await dispatcher.request(1, 'parameter', asked)).toMatchObject({
      ok: true,
      value: { shape: [1000] },
    });
  });

  test('takes a file, and its name for the beginning of its SHA-256', async () => {
    const named = join(folder, `resnet18-${digest.slice(0, 8)}.safetensors`);
    await writeFile(named, stand.bytes);
    expect((await install('--from', named)).code).toBe(0);
    expect(await readManifest()).toMatchObject({
      parameters: 11_689_512,
      licence: expect.stringContaining('BSD-3-Clause'),
      recipe: { source: named, sha256: digest },
    });
  });

  test.each([
    {
      what: 'a wrong checksum',
      args: () => ['--from', host.url, '--sha256', 'ab'.repeat(32)],
      sentence: `has the SHA-256 ${digest}, expected ${'ab'.repeat(32)}`,
    },
    {
      what: 'a name that does not fit',
      args: () => ['--from', host.url.replace('model', 'resnet18-f37072fd')],
      sentence: `has the SHA-256 ${digest}, expected f37072fd`,
    },
    {
      what: 'a checksum that is none',
      args: () => ['--from', host.url, '--sha256', 'xyz'],
      sentence: 'invalid --sha256: xyz, expected 8 to 64 hexadecimal digits',
    },
    {
      what: 'a truncated body',
      args: () => ((host.delivery = 'truncated'), ['--from', host.url]),
      sentence: `should have ${stand.bytes.length} bytes by its header`,
    },
    {
      what: 'a broken connection',
      args: () => ((host.delivery = 'breaks'), ['--from', host.url]),
      sentence: 'the connection broke while reading',
    },
    {
      what: 'another network',
      args: () => {
        host.bytes = standIn({
          name: 'resnet18',
          inputChannels: 3,
          inputSize: 224,
          classCount: 10,
        }).bytes;
        return ['--from', host.url];
      },
      sentence: 'its tensor "fc.weight" has shape [10, 512], expected [1000, 512]',
    },
    {
      what: 'no server',
      args: () => ['--from', 'http://127.0.0.1:9/model.safetensors'],
      sentence: 'could not reach http://127.0.0.1:9/model.safetensors',
    },
    {
      what: 'no file',
      args: () => ['--from', join(folder, 'nothing.pth')],
      sentence: 'nothing.pth',
    },
  ])('refuses $what in one sentence and leaves what is there', async ({ args, sentence }) => {
    await mkdir(join(folder, 'resnet18-imagenet1k'));
    await writeFile(join(folder, 'resnet18-imagenet1k/model.json'), 'as it was');
    const outcome = await install(...args());
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^models:imagenet1k: [^\n]+\n$/);
    expect(outcome.stderr).toContain(sentence);
    expect(await readdir(folder)).toEqual(['resnet18-imagenet1k']);
    expect(await readFile(join(folder, 'resnet18-imagenet1k/model.json'), 'utf8')).toBe(
      'as it was',
    );
  });
});
