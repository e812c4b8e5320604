import { joined } from './pythonParts.ts';
import type { CodeRequest } from './pytorchCode.ts';

/** Of a file of safetensors: the header's length, the header in JSON, and the numbers. */
const safetensors = (
  file: string,
) => `# A safetensors file: the header's length, the header in JSON, and the numbers.
raw = open(${JSON.stringify(file)}, "rb").read()
start = 8 + int.from_bytes(raw[:8], "little")
header = json.loads(raw[8:start])
header.pop("__metadata__", None)
types = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64, "I64": torch.int64}
state = {}
for name, entry in header.items():
    first, end = entry["data_offsets"]
    values = torch.frombuffer(bytearray(raw[start + first : start + end]), dtype=types[entry["dtype"]])
    state[name] = values.reshape(entry["shape"]).float()`;

/** Of a file of `torch.save`: a state dict, or one under a name that training programs give it. */
const saved = (file: string) => `state = torch.load(${JSON.stringify(file)}, map_location="cpu")
for key in ("state_dict", "model_state_dict", "model"):
    state = state.get(key, state)`;

function network({ name, inputChannels, classCount }: CodeRequest['architecture']): string {
  if (name !== 'smallcnn')
    return `from torchvision.models import ${name}

model = ${name}(num_classes=${classCount})${
      inputChannels === 3
        ? ''
        : `
model.conv1 = nn.Conv2d(${inputChannels}, 64, 7, stride=2, padding=3, bias=False)`
    }`;
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

const loading = `missing = model.load_state_dict(state, strict=False).missing_keys
assert all(name.endswith("num_batches_tracked") for name in missing), missing
model.eval()
for module in model.modules():
    if isinstance(module, nn.ReLU):
        module.inplace = False`;

/** From the weight file to `model`. */
export function modelCode({ weights, architecture }: CodeRequest): string {
  const state = /\.(pt|pth)$/i.test(weights) ? saved(weights) : safetensors(weights);
  return joined([state, network(architecture), loading]);
}
