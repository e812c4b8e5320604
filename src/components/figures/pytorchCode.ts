import type { OptionValue, Target } from '../../worker/protocol.ts';
import { methodCode } from './pytorchMethods.ts';

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
  readonly references?: readonly string[] | undefined;
}

const imports = `import json

import numpy as np
import torch
from PIL import Image
from torch import nn`;

const reader = (
  file: string,
) => `# A safetensors file: the header's length, the header in JSON, and the numbers.
raw = open("${file}", "rb").read()
start = 8 + int.from_bytes(raw[:8], "little")
header = json.loads(raw[8:start])
header.pop("__metadata__", None)
types = {"F16": torch.float16, "F32": torch.float32}
state = {}
for name, entry in header.items():
    first, end = entry["data_offsets"]
    values = torch.frombuffer(bytearray(raw[start + first : start + end]), dtype=types[entry["dtype"]])
    state[name] = values.reshape(entry["shape"]).float()`;

function network({ name, inputChannels, classCount }: CodeRequest['architecture']): string {
  if (name !== 'smallcnn')
    return `from torchvision.models import ${name}

model = ${name}(num_classes=${classCount})`;
  return `def conv_block(channels_in, channels, stride):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [(${inputChannels}, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2), (64, 128, 1), (128, 128, 2)]
        self.features = nn.Sequential(*(conv_block(*block) for block in blocks))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(128, ${classCount})

    def forward(self, x):
        return self.head(self.pool(self.features(x)).flatten(1))


model = SmallCNN()`;
}

const loading = `model.load_state_dict(state, strict=False)
model.eval()
for module in model.modules():
    if isinstance(module, nn.ReLU):
        module.inplace = False`;

const channelList = (values: readonly number[]) =>
  `torch.tensor([${values.join(', ')}])[:, None, None]`;

function pixels({ preprocessing, picture }: CodeRequest): string {
  const { width, colour, mean, std } = preprocessing;
  return `mean, std = ${channelList(mean)}, ${channelList(std)}


def load(file):
    image = Image.open(file).convert("${colour === 'rgb' ? 'RGB' : 'L'}")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).resize((${width}, ${width}), Image.BILINEAR)
    values = torch.from_numpy(np.array(image)).float().reshape(${width}, ${width}, -1) / 255
    return ((values.permute(2, 0, 1) - mean) / std)[None]


x = load("${picture}")`;
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
    return ${scoreOf(request.target)}  # ${request.label}


def gradient(x):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(score(x).sum(), x)[0]`;

/**
 * A script of plain PyTorch that computes what the figure shows, and writes it to `<method>.npy`;
 * undefined for a method that this file does not tell. Random numbers are PyTorch's own: the map is
 * another draw of the same, not the same draw.
 */
export function pytorchCode(request: CodeRequest): string | undefined {
  const method = methodCode(request);
  if (method === undefined) return undefined;
  const parts = [
    imports,
    reader(request.weights),
    network(request.architecture),
    loading,
    pixels(request),
    question(request),
    method,
    `heat = heat.detach()
print(f"{heat.shape[0]} x {heat.shape[1]}, {heat.min():.4g} to {heat.max():.4g}")
np.save("${request.method}.npy", heat.numpy())`,
  ];
  return `${parts.join('\n\n')}\n`;
}
