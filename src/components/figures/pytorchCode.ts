import type { OptionValue, Target } from '../../worker/protocol.ts';
import { joined } from './pythonParts.ts';
import { libraryCode } from './pytorchLibraries.ts';
import { methodCode } from './pytorchMethods.ts';
import { modelCode } from './pytorchModel.ts';

/** What a reader looks at, as far as it has to be said again in PyTorch. */
export interface CodeRequest {
  readonly method: string;
  /** The method's options, defaults filled in. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** PyTorch path of the layer that the method works at. */
  readonly layer?: string | undefined;
  readonly target: Target & { readonly class: number; readonly against?: number | undefined };
  readonly label: string;
  readonly architecture: {
    readonly name: string;
    readonly inputChannels: number;
    readonly classCount: number;
  };
  readonly preprocessing: {
    readonly width: number;
    readonly colour: 'rgb' | 'grey';
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  /** Names of the files, beside the script. */
  readonly weights: string;
  readonly picture: string;
  /** A picture of the reader's own, which may lie on its side and be transparent. */
  readonly ownPicture?: boolean | undefined;
  /** Where the files can be had. */
  readonly addresses?: readonly string[] | undefined;
  readonly references?: readonly string[] | undefined;
  /** The weighted sum over only the first channels of an order, largest first. */
  readonly part?:
    | {
        readonly channels: number;
        readonly sort: 'alpha' | 'magnitude' | 'contribution';
      }
    | undefined;
  /** What speaks against the target: the sum's sign is turned before its ReLU. */
  readonly negated?: boolean | undefined;
}

const imports = (
  code: string,
) => `${code.includes('json.') ? 'import json\n\n' : ''}import numpy as np
import torch
from PIL import Image${code.includes('ImageOps.') ? ', ImageOps' : ''}
from torch import nn`;

/** What the script computes, and what it needs beside it. */
function heading(request: CodeRequest): string {
  const { method, target, label, layer, weights, picture, references = [] } = request;
  const kind = target.kind === 'difference' ? 'logit difference' : target.kind;
  const files = [...new Set([weights, picture, ...references])].join(', ');
  return [
    `${method}${layer === undefined ? '' : ` at ${layer}`}, ${kind} of ${label}, into ${method}.npy`,
    `Beside this file: ${files}`,
    ...(request.addresses ?? []),
  ]
    .map((line) => `# ${line.replace(/\s+/g, ' ')}`)
    .join('\n');
}

const channelList = (values: readonly number[]) =>
  `torch.tensor([${values.join(', ')}])[:, None, None]`;

const upright = `    image = ImageOps.exif_transpose(image).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
`;

function pixels({ preprocessing, picture, ownPicture = false }: CodeRequest): string {
  const { width, colour, mean, std } = preprocessing;
  return `mean, std = ${channelList(mean)}, ${channelList(std)}


def load(file):
    image = Image.open(file)
${ownPicture ? upright : ''}    image = image.convert("${colour === 'rgb' ? 'RGB' : 'L'}")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).resize((${width}, ${width}), Image.BILINEAR)
    values = torch.from_numpy(np.array(image)).float().reshape(${width}, ${width}, -1) / 255
    return ((values.permute(2, 0, 1) - mean) / std)[None]


x = load(${JSON.stringify(picture)})`;
}

/** The scalar that is explained, from the model's logits. */
function scoreOf({ kind, class: index, against }: CodeRequest['target']): string {
  switch (kind) {
    case 'logit':
      return `model(x)[:, ${index}]`;
    case 'probability':
      return `model(x).softmax(1)[:, ${index}]`;
    case 'log-probability':
      return `model(x).log_softmax(1)[:, ${index}]`;
    case 'difference':
      return `model(x)[:, ${index}] - model(x)[:, ${against}]`;
  }
}

const question = (request: CodeRequest) => `def score(x):
    return ${scoreOf(request.target)}  # ${request.label}`;

const gradient = `def gradient(x):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(score(x).sum(), x)[0]`;

/** The same with a library, as a remark. */
function remark(request: CodeRequest): string[] {
  const found = libraryCode(request);
  if (!found) return [];
  const { library, code } = found;
  const scaled = library === 'Captum' ? '' : ', which scales the map to 0 to 1 and enlarges it';
  const title = `The same with ${library}${scaled}:`;
  return [[title, '', ...code.split('\n')].map((line) => `# ${line}`.trimEnd()).join('\n')];
}

/**
 * A script of plain PyTorch that computes what the figure shows, and writes it to `<method>.npy`;
 * undefined for a method that this file does not tell. Random numbers are PyTorch's own: the map is
 * another draw of the same, not the same draw.
 */
export function pytorchCode(request: CodeRequest): string | undefined {
  const method = methodCode(request);
  if (method === undefined) return undefined;
  const parts = [
    modelCode(request),
    pixels(request),
    question(request),
    ...(/\bgradient\(/.test(method) ? [gradient] : []),
    method,
    `heat = heat.detach()
print(f"{heat.shape[0]} x {heat.shape[1]}, {heat.min():.4g} to {heat.max():.4g}")
np.save("${request.method}.npy", heat.numpy())`,
    ...remark(request),
  ];
  const code = joined(parts);
  return `${joined([`${heading(request)}\n${imports(code)}`, code])}\n`;
}
