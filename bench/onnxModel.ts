import type { ModuleInfo, SlidingWindow } from '../src/engine/archs/architecture.ts';
import type { Model } from '../src/engine/model.ts';
import type { TensorData } from '../src/engine/layout.ts';

/**
 * Writes a network as an ONNX file, so that another engine can run the very same weights. Only the
 * few messages of onnx.proto that this takes: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

type Field = Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const integer = (field: number, value: number): Field =>
  Uint8Array.from([...varint(field * 8), ...varint(value)]);

function bytes(field: number, content: Uint8Array): Field {
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

const text = (field: number, value: string): Field => bytes(field, new TextEncoder().encode(value));
const message = (field: number, ...fields: Field[]): Field => bytes(field, join(fields));

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** AttributeProto: a list of integers (type 7), one integer (2) or a float (1). */
const integers = (name: string, values: readonly number[]): Field =>
  message(5, text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7));
const flag = (name: string, value: number): Field =>
  message(5, text(1, name), integer(3, value), integer(20, 2));

function real(name: string, value: number): Field {
  const payload = new Uint8Array(5);
  payload[0] = 2 * 8 + 5;
  new DataView(payload.buffer).setFloat32(1, value, true);
  return message(5, text(1, name), payload, integer(20, 1));
}

const node = (type: string, inputs: readonly string[], output: string, ...attributes: Field[]) =>
  message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, type), ...attributes);

/** TensorProto of float32 values. */
const tensor = (name: string, { shape, data }: TensorData): Field =>
  message(
    5,
    ...shape.map((extent) => integer(1, extent)),
    integer(2, 1),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );

const valueInfo = (field: number, name: string, shape: readonly number[]): Field =>
  message(
    field,
    text(1, name),
    message(
      2,
      message(
        1,
        integer(1, 1),
        message(2, ...shape.map((extent) => message(1, integer(1, extent)))),
      ),
    ),
  );

const window = ({ kernel, stride, padding }: SlidingWindow): Field[] => [
  integers('kernel_shape', [kernel, kernel]),
  integers('pads', [padding, padding, padding, padding]),
  integers('strides', [stride, stride]),
];

/** The nodes of one module; `inputs` are the modules it reads, containers resolved. */
function moduleNodes({ name, type, ...module }: ModuleInfo, inputs: readonly string[]): Field[] {
  const [input] = inputs as [string];
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${name}.${part}`);
  switch (type) {
    case 'Conv2d': {
      const kernel = `${name}.weight`;
      const conv = (from: string) => node('Conv', [from, kernel], name, ...window(module.window!));
      if (!module.rectifiesInput) return [conv(input)];
      return [node('Relu', [input], `${name} input`), conv(`${name} input`)];
    }
    case 'BatchNorm2d':
      return [node('BatchNormalization', [input, ...norm], name, real('epsilon', 1e-5))];
    case 'ReLU':
      if (inputs.length === 1) return [node('Relu', [input], name)];
      return [node('Add', inputs, `${name} sum`), node('Relu', [`${name} sum`], name)];
    case 'MaxPool2d':
      return [node('MaxPool', [input], name, ...window(module.window!))];
    case 'AdaptiveAvgPool2d':
      return [
        node('GlobalAveragePool', [input], `${name} map`),
        node('Flatten', [`${name} map`], name),
      ];
    case 'Linear': {
      const weights = [input, `${name}.weight`, `${name}.bias`];
      return [node('Gemm', weights, 'logits', flag('transB', 1))];
    }
    default:
      throw new Error(`no ONNX node for ${type} (${name})`);
  }
}

/** Bytes of an ONNX model (IR version 8, opset 13) with input `input` and output `logits`. */
export async function onnxModel(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const { inputChannels, inputSize, classCount } = model.config;
  const names = model.stages.flatMap((stage) => stage.parameters.map(({ name }) => name));
  const tensors = await Promise.all(
    names.map(async (name) => tensor(name, await model.parameter(name))),
  );
  const returns = new Map(model.modules.map((module) => [module.name, module.returns]));
  const leaf = (name: string): string => {
    const inside = returns.get(name);
    return inside ? leaf(inside) : name;
  };
  const leaves = model.modules.filter((module) => !module.returns);
  const graph = [
    ...inForwardOrder(leaves, leaf).flatMap((module) =>
      moduleNodes(module, module.inputs.map(leaf)),
    ),
    text(2, model.config.name),
    ...tensors,
    valueInfo(11, 'input', [1, inputChannels, inputSize, inputSize]),
    valueInfo(12, 'logits', [1, classCount]),
  ];
  return join([integer(1, 8), message(7, ...graph), message(8, text(1, ''), integer(2, 13))]);
}

/** ONNX wants every value made before it is read. */
function inForwardOrder(
  modules: readonly ModuleInfo[],
  leaf: (name: string) => string,
): ModuleInfo[] {
  const made = new Set(['input']);
  const ordered: ModuleInfo[] = [];
  let rest = [...modules];
  while (rest.length > 0) {
    const ready = rest.filter(({ inputs }) => inputs.every((name) => made.has(leaf(name))));
    if (ready.length === 0) throw new Error(`nothing makes what ${rest[0]!.name} reads`);
    for (const module of ready) made.add(module.name);
    ordered.push(...ready);
    rest = rest.filter((module) => !made.has(module.name));
  }
  return ordered;
}
