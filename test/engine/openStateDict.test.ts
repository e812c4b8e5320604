import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import { capture } from '../../src/engine/capture.ts';
import { sizeOf, type TensorData } from '../../src/engine/layout.ts';
import { openStateDict } from '../../src/engine/openStateDict.ts';
import { MemorySource, type Bytes } from '../../src/engine/weights/byteSource.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import { noise, readManifest, shippedModel } from '../support/models.ts';
import { legacyTorchFile, torchFile } from '../support/torchFile.ts';
import { weightFile } from '../support/weightFile.ts';

type Tensors = Record<string, TensorData>;

function specsOf(name: string, inputChannels: number, classCount: number) {
  const config = { name, inputChannels, classCount, inputSize: 64 };
  const stages = architectureNamed(name).stages(config);
  return stages.flatMap(({ parameters }) => parameters);
}

/** A state dict of zeros: only names and shapes matter. */
const zeros = (...network: Parameters<typeof specsOf>): Tensors =>
  Object.fromEntries(
    specsOf(...network).map(({ name, shape }) => [
      name,
      { shape, data: new Float32Array(sizeOf(shape)) },
    ]),
  );

/** A state dict of seeded values. */
async function seeded(...network: Parameters<typeof specsOf>): Promise<Tensors> {
  const specs = specsOf(...network);
  const values = await new SeededWeights(7).load(specs);
  return Object.fromEntries(
    specs.map(({ name, shape }) => [name, { shape, data: values.get(name)! }]),
  );
}

const under = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));

const open = (bytes: Bytes, options = {}) =>
  openStateDict('own:1', new MemorySource(bytes, 'mine.pt'), options);

const smallcnn = await seeded('smallcnn', 3, 4);
const head = smallcnn['head.weight']!;

describe('a state dict becomes a model', () => {
  it.each([
    ['smallcnn', 3, 10, 'SmallCNN, mine.pt'],
    ['smallcnn', 1, 10, 'SmallCNN, mine.pt'],
    ['resnet18', 3, 2, 'ResNet-18, mine.pt'],
    ['resnet18', 1, 2, 'ResNet-18, mine.pt'],
  ])('%s for %i channels and %i classes', async (name, inputChannels, classCount, title) => {
    const { manifest, model } = await open(torchFile(zeros(name, inputChannels, classCount)));
    expect(manifest).toMatchObject({ id: 'own:1', title });
    expect(manifest.architecture).toMatchObject({ name, inputChannels, classCount });
    expect(manifest.labels).toEqual(Array.from({ length: classCount }, (_, i) => `class ${i}`));
    expect(model.id).toBe('own:1');
    expect(model.config).toEqual(manifest.architecture);
    const { width, height, mean, std, colour } = manifest.preprocessing;
    expect([width, height]).toEqual([model.config.inputSize, model.config.inputSize]);
    expect([mean.length, std.length]).toEqual([inputChannels, inputChannels]);
    expect(colour).toBe(inputChannels === 1 ? 'grey' : 'rgb');
  });

  it('normalises as the networks that ship do, and torchvision', async () => {
    const statistics = async (name: string, channels: number) => {
      const { manifest } = await open(torchFile(zeros(name, channels, 2)));
      return { mean: manifest.preprocessing.mean, std: manifest.preprocessing.std };
    };
    const shipped = async (id: string) => {
      const { mean, std } = (await readManifest(id)).preprocessing;
      return { mean, std };
    };
    expect(await statistics('smallcnn', 3)).toEqual(await shipped('smallcnn-cifar10'));
    expect(await statistics('smallcnn', 1)).toEqual(await shipped('mnistcnn'));
    expect(await statistics('resnet18', 3)).toEqual({
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
  });

  it('with labels and a size of its own', async () => {
    const labels = ['a', 'b', 'c', 'd'];
    const { manifest } = await open(torchFile(smallcnn), { labels, inputSize: 48 });
    expect(manifest.labels).toEqual(labels);
    expect(manifest.preprocessing).toMatchObject({ width: 48, height: 48 });
    await expect(open(torchFile(smallcnn), { labels: ['a'] })).rejects.toMatchObject({
      code: 'invalid-option',
      message: 'got 1 label, expected 4, one for each class',
    });
  });
});

const writers = [
  ['safetensors', encodeSafetensors],
  ['a zip archive', torchFile],
  ['the older format', legacyTorchFile],
] as const;

describe.each(writers)('in %s', (_, write) => {
  it.each([
    '',
    'state_dict.',
    'model_state_dict.',
    'model.',
    'net.',
    'module.',
    '_orig_mod.',
    'state_dict.module.',
    'model._orig_mod.module.',
  ])('the wrapping "%s" is taken off', async (prefix) => {
    const besides = { 'optimizer.state.0.exp_avg': noise([3]), n_averaged: noise([]) };
    const tensors = { ...(prefix && besides), ...under(prefix, smallcnn) };
    const { model } = await open(write(tensors));
    expect(await model.parameter('head.weight')).toEqual(head);
    expect(await model.parameter('features.5.1.bias')).toEqual(smallcnn['features.5.1.bias']);
  });
});

it('takes float64, float16 and bfloat16, and leaves counters out', async () => {
  const halves = { F16: [0x3c00, 0xc000], BF16: [0x3f80, 0xc000] } as const;
  const bytes = (dtype: string, { data }: TensorData) => {
    if (dtype === 'F64') return new Uint8Array(Float64Array.from(data).buffer);
    const [one, minusTwo] = halves[dtype as 'F16'];
    return new Uint8Array(Uint16Array.from(data, (_, i) => (i === 0 ? minusTwo : one)).buffer);
  };
  for (const dtype of ['F64', 'F16', 'BF16']) {
    const { bytes: file } = weightFile([
      ...Object.entries(smallcnn).map(([name, tensor]) => ({ name, dtype, shape: tensor.shape, bytes: bytes(dtype, tensor) })),
      { name: 'features.0.1.num_batches_tracked', dtype: 'I64', shape: [], bytes: new Uint8Array(8) },
    ]); // prettier-ignore
    const { data } = await (await open(file)).model.parameter('head.weight');
    if (dtype === 'F64') expect(data).toEqual(head.data);
    else expect([...data.subarray(0, 3)]).toEqual([-2, 1, 1]);
  }
});

it('tells a tensor that is not finite by its name in the file', async () => {
  const broken = { shape: [4], data: Float32Array.of(0, Infinity, 0, 0) };
  const tensors = { ...smallcnn, 'head.bias': broken };
  const { model } = await open(torchFile(under('model.', tensors)));
  await expect(model.parameter('head.bias')).rejects.toMatchObject({
    code: 'invalid-weights',
    message:
      'tensor "model.head.bias" of mine.pt holds Infinity at index 1, expected finite numbers',
  });
});

it.each<[string, Tensors, string]>([
  ['no tensors', {}, 'mine.pt holds no floating-point tensors, expected a state dict'],
  ['a network of another kind', { 'a.weight': noise([2]) }, 'mine.pt holds an unknown network (1 tensor, the first a.weight [2])'],
])('refuses a file with %s', async (_, tensors, message) => {
  await expect(open(torchFile(tensors))).rejects.toThrow(message);
}); // prettier-ignore

describe('on the backend', () => {
  beforeAll(() => startNodeBackend('cpu'));

  it('a checkpoint computes what the same weights compute that ship', async () => {
    const shipped = await shippedModel('mnistcnn');
    const specs = shipped.stages.flatMap(({ parameters }) => parameters);
    const state = Object.fromEntries(
      await Promise.all(
        specs.map(async ({ name }) => [name, await shipped.parameter(name)] as const),
      ),
    );
    const { model } = await open(torchFile(under('module.', state)));
    const target = { kind: 'logit', class: 'predicted' } as const;
    const results = [];
    for (const each of [shipped, model]) {
      const run = each.run(noise([1, 1, 28, 28]));
      results.push(await capture(run, { layers: ['features.3'], gradients: ['input'], target }));
      run.dispose();
      await each.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });
});
