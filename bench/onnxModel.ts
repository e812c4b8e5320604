import type { Model } from '../src/engine/model.ts';
import type { TensorData } from '../src/engine/layout.ts';

/**
 * Writes SmallCNN as an ONNX file, so that another engine can run the very same weights. Only the
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

/** The nodes of one block: Conv, BatchNormalization, Relu. */
function blockNodes(block: number, input: string): Field[] {
  const name = `features.${block}`;
  const stride = block % 2 === 1 ? 2 : 1;
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${name}.1.${part}`);
  return [
    node(
      'Conv',
      [input, `${name}.0.weight`],
      `${name}.0`,
      integers('kernel_shape', [3, 3]),
      integers('pads', [1, 1, 1, 1]),
      integers('strides', [stride, stride]),
    ),
    node('BatchNormalization', [`${name}.0`, ...norm], `${name}.1`, real('epsilon', 1e-5)),
    node('Relu', [`${name}.1`], `${name}.2`),
  ];
}

/** Bytes of an ONNX model (IR version 8, opset 13) with input `input` and output `logits`. */
export async function onnxSmallCnn(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const { inputChannels, inputSize, classCount } = model.config;
  const names = model.stages.flatMap((stage) => stage.parameters.map(({ name }) => name));
  const tensors = await Promise.all(
    names.map(async (name) => tensor(name, await model.parameter(name))),
  );
  const blocks = Array.from({ length: 6 }, (_, block) =>
    blockNodes(block, block === 0 ? 'input' : `features.${block - 1}.2`),
  );
  const shape = [1, inputChannels, inputSize, inputSize];
  const graph = [
    ...blocks.flat(),
    node('GlobalAveragePool', ['features.5.2'], 'pool'),
    node('Flatten', ['pool'], 'flat'),
    node('Gemm', ['flat', 'head.weight', 'head.bias'], 'logits', flag('transB', 1)),
    text(2, 'smallcnn'),
    ...tensors,
    valueInfo(11, 'input', shape),
    valueInfo(12, 'logits', [1, classCount]),
  ];
  return join([integer(1, 8), message(7, ...graph), message(8, text(1, ''), integer(2, 13))]);
}
