import { capture, type Capture } from '../../src/engine/capture.ts';
import { sizeOf, type TensorData } from '../../src/engine/layout.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import { decodeNpy } from '../../src/draw/npy.ts';
import { startNodeBackend } from '../nodeBackend.ts';
import { classChoice } from './classChoice.ts';
import { choice, list, modelFlags, nodeBackends, optional, text, type Command } from './command.ts';
import { readBytes, writeBytes } from './files.ts';
import { openChosenModel } from './modelChoice.ts';

async function readInput(path: string): Promise<TensorData> {
  const bytes = await readBytes(path);
  let input: TensorData;
  try {
    input = decodeNpy(bytes);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
  const bad = input.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new Error(`${path} holds ${input.data[bad]} at index ${bad}, expected finite numbers`);
  return input;
}

const prefixed = (prefix: string, tensors: Readonly<Record<string, TensorData>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, data]) => [`${prefix}.${name}`, data]));

function tensorsOf({ logits, activations, gradients }: Capture): Record<string, TensorData> {
  return {
    logits: logits!,
    ...prefixed('activation', activations),
    ...prefixed('gradient', gradients),
  };
}

/** Logits, activations and gradients for an input as a file of tensors, to be compared with PyTorch. */
export const captureCommand: Command = {
  name: 'capture',
  summary: 'write logits, activations and gradients for an input as safetensors',
  operands: [],
  flags: {
    ...modelFlags,
    input: {
      type: 'string',
      value: 'FILE.npy',
      describe: 'float32 [1, C, H, W], already normalised',
      required: true,
    },
    layers: { type: 'string', value: 'A,B', describe: 'modules whose activation is wanted' },
    gradients: {
      type: 'string',
      value: 'input,B',
      describe: "modules, or input, at which the class's gradient is wanted",
    },
    class: {
      type: 'string',
      value: 'N|LABEL',
      describe: 'whose logit the gradients are of; the predicted class',
    },
    out: {
      type: 'string',
      value: 'FILE.safetensors',
      describe: 'gets logits, activation.<layer>, gradient.<layer>, float32, NCHW',
      required: true,
    },
  },
  async run(given) {
    const backend = choice(given, 'backend', nodeBackends);
    const input = await readInput(text(given, 'input'));
    const { model, manifest } = await openChosenModel(given);
    const index = classChoice(optional(given, 'class'), manifest.labels);
    await startNodeBackend(backend);
    const run = model.run(input);
    const captured = await capture(run, {
      layers: list(given, 'layers'),
      gradients: list(given, 'gradients'),
      target: { kind: 'logit', class: index },
    });
    const tensors = tensorsOf(captured);
    const { class: explained } = captured.target!;
    const metadata = {
      model: model.id,
      class: String(explained),
      label: manifest.labels[explained]!,
    };
    await writeBytes(text(given, 'out'), encodeSafetensors(tensors, metadata));
    const count = Object.keys(tensors).length;
    const values = Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return `${count} ${count === 1 ? 'tensor' : 'tensors'}, ${values} values, class ${explained} (${metadata.label}), to ${text(given, 'out')}`;
  },
};
