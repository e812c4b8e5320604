import { imageNetSource } from '../../client/imageNetSource.ts';
import { isOwnModel } from '../../client/models.ts';
import { ownPictures, ownPrefix } from '../../client/pictures.ts';
import type { BackendName, ModelDescription } from '../../worker/protocol.ts';
import type { SiteFacts } from './figure.ts';
import { pytorchCode, type CodeRequest } from './pytorchCode.ts';

/** The map that a figure shows, and what it was asked for with. */
export interface ShownMap extends Pick<
  CodeRequest,
  'method' | 'options' | 'layer' | 'target' | 'part' | 'negated'
> {
  readonly model: ModelDescription;
  /** Keys of the picture, and of others that it is compared with. */
  readonly picture: string;
  readonly references?: readonly string[] | undefined;
}

/** A file that a script reads: its name, and where it can be had. */
interface Source {
  readonly name: string;
  /** Undefined for a file of the reader's own. */
  readonly address?: string;
}

/** Of the site, as an address that another program can ask for. */
const absolute = (path: string) => new URL(path, location.href).href;

function weightsOf({ model: { id, title } }: ShownMap, { base, models }: SiteFacts): Source {
  // The title of a file's network ends in its name.
  if (isOwnModel(id)) return { name: title.slice(title.indexOf(', ') + 2) };
  const name = 'model.safetensors';
  const shipped = models.some((model) => model.id === id);
  return {
    name,
    address: shipped ? absolute(`${base}models/${id}/${name}`) : imageNetSource.url,
  };
}

function pictureOf(key: string, { pictures }: SiteFacts): Source {
  if (key.startsWith(ownPrefix))
    return { name: ownPictures().find((picture) => picture.key === key)!.name };
  const { url } = pictures.find(({ id }) => id === key)!;
  return { name: url.slice(url.lastIndexOf('/') + 1), address: absolute(url) };
}

export function codeRequest(shown: ShownMap, site: SiteFacts): CodeRequest {
  const { model, picture, references = [], ...rest } = shown;
  const [weights, own, ...others] = [
    weightsOf(shown, site),
    ...[picture, ...references].map((key) => pictureOf(key, site)),
  ] as [Source, Source, ...Source[]];
  return {
    ...rest,
    label: model.labels[shown.target.class]!,
    architecture: model.architecture,
    preprocessing: model.preprocessing,
    weights: weights.name,
    picture: own.name,
    ownPicture: picture.startsWith(ownPrefix),
    references: others.map(({ name }) => name),
    addresses: [weights, own, ...others].flatMap(({ address }) => address ?? []),
  };
}

/** The largest difference to PyTorch that the engine's tests allow, relative to the largest value. */
const tolerances: Readonly<Record<BackendName, string>> = {
  cpu: '1e-4',
  wasm: '1e-4',
  webgl: '2e-3',
  webgpu: '2e-3',
};

/** How near the script comes to the figure, in words. */
export function agreement(request: CodeRequest, script: string, backend: BackendName): string {
  if (script.includes('torch.rand'))
    return 'PyTorch code copied; its random numbers are PyTorch’s own, so its map is another draw.';
  if (request.ownPicture)
    return 'PyTorch code copied; it agrees with this figure as far as Pillow reads and shrinks your picture as this browser does.';
  return `PyTorch code copied; it agrees with this figure to ${tolerances[backend]} of the largest value.`;
}

/**
 * Puts a script on the clipboard that computes the map which the figure shows.
 * @returns what to tell the reader
 */
export async function copyPytorch(
  shown: ShownMap,
  site: SiteFacts,
  backend: BackendName,
): Promise<string> {
  const request = codeRequest(shown, site);
  const script = pytorchCode(request);
  if (script === undefined) throw new Error(`there is no script of ${shown.method}`);
  await navigator.clipboard.writeText(script);
  return agreement(request, script, backend);
}
