import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import type { ArchitectureConfig } from '../../src/engine/archs/architecture.ts';
import { imageNetArchitecture } from '../../src/engine/imageNet.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { seededRandom } from '../../src/engine/random.ts';
import { weightFile, type WeightFile } from './weightFile.ts';

/** Bytes of seeded float16 numbers between -1/16 and 1/16; running variances are between 1/16 and 1/8. */
function float16Bytes(count: number, isVariance: boolean, random: () => number): Uint8Array {
  const bits = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const draw = Math.floor(random() * 0x800);
    // Exponents 2^-5 to 2^-4 with either sign, or 2^-4 to 2^-3.
    bits[i] = isVariance
      ? 0x2c00 | (draw & 0x3ff)
      : 0x2800 | ((draw & 0x400) << 5) | (draw & 0x3ff);
  }
  return new Uint8Array(bits.buffer);
}

/** A safetensors file with the structure of an architecture and random numbers in it. */
export function standIn(config: ArchitectureConfig = imageNetArchitecture): WeightFile {
  const random = seededRandom(18);
  const specs = architectureNamed(config.name)
    .stages(config)
    .flatMap(({ parameters }) => parameters);
  return weightFile(
    specs.map(({ name, shape }) => ({
      name,
      shape,
      dtype: 'F16',
      bytes: float16Bytes(sizeOf(shape), name.endsWith('running_var'), random),
    })),
  );
}

/** How the server sends the weights. */
export type Delivery = 'whole' | 'truncated' | 'breaks' | 'stalls' | { readonly status: number };

export interface WeightHost {
  readonly url: string;
  readonly labelsUrl: string;
  delivery: Delivery;
  bytes: Uint8Array;
  /** Requests for the weights so far. */
  readonly asked: number;
  close(): Promise<void>;
}

/** A place elsewhere on the net: the weights and a list of labels, open to every origin. */
export async function startWeightHost(bytes: Uint8Array): Promise<WeightHost> {
  const state = { bytes, delivery: 'whole' as Delivery, asked: 0 };
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.url === '/labels.json') return void response.end(JSON.stringify({ labels }));
    state.asked++;
    send(response, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    url: `${origin}/model.safetensors`,
    labelsUrl: `${origin}/labels.json`,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

const labels = Array.from({ length: 1000 }, (_, i) => `thing ${i}`);

function send(
  response: ServerResponse,
  { bytes, delivery }: { bytes: Uint8Array; delivery: Delivery },
): void {
  if (typeof delivery === 'object') return void response.writeHead(delivery.status).end('no');
  const half = bytes.subarray(0, bytes.length >> 1);
  // Sent in chunks, a body that ends early looks complete.
  if (delivery === 'truncated') return void response.write(half, () => response.end());
  response.writeHead(200, { 'Content-Length': bytes.length });
  if (delivery === 'breaks') return void response.write(half, () => response.destroy());
  if (delivery === 'stalls') return void response.write(half);
  response.end(bytes);
}
