import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { architectureNamed } from '../src/engine/archs/index.ts';
import type { ParameterSpec } from '../src/engine/archs/architecture.ts';
import {
  checkStructure,
  imageNetArchitecture,
  imageNetPreprocessing,
} from '../src/engine/imageNet.ts';
import { sizeOf } from '../src/engine/layout.ts';
import type { ModelManifest } from '../src/engine/manifest.ts';
import { MemorySource, readBody, type Bytes } from '../src/engine/weights/byteSource.ts';
import { float32ToFloat16 } from '../src/engine/weights/floats.ts';
import { encodeSafetensors, headerLength } from '../src/engine/weights/safetensors.ts';
import { StateDict } from '../src/engine/weights/stateDict.ts';
import { publicFolder } from './nodeModels.ts';

/** Where torchvision publishes its first weights of ResNet-18 for ImageNet-1k. */
export const torchvisionUrl = 'https://download.pytorch.org/models/resnet18-f37072fd.pth';

const id = 'resnet18-imagenet1k';
const stages = architectureNamed(imageNetArchitecture.name).stages(imageNetArchitecture);
const specs = stages.flatMap(({ parameters }) => parameters);

export interface Wanted {
  /** Address or path of a state dict: `torch.save`'s or safetensors. */
  readonly from: string;
  /** Of the file, 64 hex digits; otherwise the digits in its name count, if it has any. */
  readonly sha256?: string | undefined;
  /** The folder of the models. */
  readonly models?: string | undefined;
  readonly onProgress?: ((loadedBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Puts torchvision's ImageNet-1k weights among the models of the site, as float16 in forward order.
 * Nothing is written before all of it has been checked.
 * @returns the folder
 * @throws Error or EngineError, one sentence
 */
export async function installImageNet({
  from,
  sha256,
  models = join(publicFolder, 'models'),
  onProgress,
}: Wanted): Promise<string> {
  const bytes = await read(from, onProgress);
  const digest = digestOf(bytes);
  checkDigest(from, digest, sha256);
  const weights = await convert(bytes, from);
  const labels = JSON.parse(await readFile(join(publicFolder, 'labels/imagenet1k.json'), 'utf8'));
  const folder = join(models, id);
  // A name that no list of models takes up, should this be interrupted.
  const partial = join(models, `.${id}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, 'model.safetensors'), weights);
  const text = JSON.stringify(manifest(weights, labels.labels, from, digest), null, 2);
  await writeFile(join(partial, 'model.json'), `${text}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return folder;
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(from: string, onProgress: Wanted['onProgress']): Promise<Bytes> {
  if (!/^https?:/.test(from))
    return new Uint8Array(
      await readFile(from).catch((cause: unknown) => {
        throw new Error(`could not read ${from}`, { cause });
      }),
    );
  const response = await fetch(from).catch((cause: unknown) => {
    throw new Error(`could not reach ${from}`, { cause });
  });
  if (!response.ok) throw new Error(`${from} answered with status ${response.status}`);
  const totalBytes = Number(response.headers.get('Content-Length'));
  let loadedBytes = 0;
  return readBody(response, from, {
    onBytes(count) {
      loadedBytes += count;
      onProgress?.(loadedBytes, totalBytes);
    },
  });
}

/** As `torch.hub` does, a name such as `resnet18-f37072fd.pth` is taken to begin the file's SHA-256. */
function checkDigest(from: string, digest: string, given: string | undefined): void {
  const name = basename(from.replace(/[?#].*$/, ''));
  const expected = given?.toLowerCase() ?? /-([0-9a-f]{8,})\.\w+$/.exec(name)?.[1] ?? '';
  if (!digest.startsWith(expected))
    throw new Error(`${from} has the SHA-256 ${digest}, expected ${expected}`);
}

/** The state dict as this site's weight files are: float16, tensors in forward order. */
async function convert(bytes: Bytes, label: string): Promise<Bytes> {
  const state = await StateDict.open(new MemorySource(bytes, label));
  checkStructure(state.shapes, imageNetArchitecture, label);
  const values = await state.load(specs);
  const tensors = specs.map(({ name, shape }) => {
    const data = float32ToFloat16(values.get(name)!);
    if (data.some((bits) => (bits & 0x7c00) === 0x7c00))
      throw new Error(`tensor "${name}" of ${label} has values too large for float16`);
    return [name, { shape, data }] as const;
  });
  return encodeSafetensors(Object.fromEntries(tensors), { format: 'pt', model: id });
}

/** Learned numbers; BatchNorm's running statistics are not among them. */
const isLearned = ({ name }: ParameterSpec) => !/\.running_(mean|var)$/.test(name);

function manifest(
  bytes: Bytes,
  labels: readonly string[],
  from: string,
  digest: string,
): ModelManifest & Record<string, unknown> {
  return {
    id,
    title: 'ResNet-18, torchvision’s ImageNet-1k weights',
    architecture: imageNetArchitecture,
    labels,
    preprocessing: { ...imageNetPreprocessing, resize: 'bilinear-antialias' },
    parameters: specs.filter(isLearned).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    data: {
      name: 'ImageNet-1k (ILSVRC 2012)',
      citation: 'Russakovsky, O. et al. (2015). ImageNet Large Scale Visual Recognition Challenge.',
      url: 'https://www.image-net.org/challenges/LSVRC/2012/',
      licenceNote:
        "ImageNet's photographs belong to their authors; none is redistributed here, only weights learned from them.",
    },
    licence: 'BSD-3-Clause; weights by the torchvision project',
    recipe: { source: from, sha256: digest, conversion: 'float32 to float16' },
    metrics: {
      accuracy: 0.69758,
      images: 50_000,
      precision: 'float32, as torchvision reports it for crops of 224 pixels',
    },
    date: new Date().toISOString().slice(0, 10),
    weights: weightsEntry(bytes),
  };
}

function weightsEntry(bytes: Bytes): ModelManifest['weights'] {
  const headerEnd = 8 + headerLength(bytes, 'model.safetensors');
  let begin = headerEnd;
  const digests = specs.map(({ name, shape }) => {
    const own = bytes.subarray(begin, (begin += 2 * sizeOf(shape)));
    return [name, digestOf(own)] as const;
  });
  return {
    file: 'model.safetensors',
    bytes: bytes.byteLength,
    sha256: digestOf(bytes),
    header: digestOf(bytes.subarray(0, headerEnd)),
    tensors: Object.fromEntries(digests),
  };
}
