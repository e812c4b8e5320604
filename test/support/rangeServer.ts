import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server answers a request for part of a file. */
export type Manner =
  /** As the standard says: 206, or 416 where nothing lies. */
  | 'ranges'
  /** Ignores Range and sends the whole file. */
  | 'whole'
  /** Says 206 but starts one byte too late. */
  | 'shifted'
  /** Breaks the connection halfway through the body. */
  | 'breaks'
  /** Sends headers and one byte, then nothing more. */
  | 'stalls'
  /** Sends so many bytes of the body, and the rest when `resume` is called. */
  | { readonly pausesAfter: number }
  | { readonly status: number };

export interface RangeServer {
  readonly url: string;
  /** The ranges asked for so far, `[start, end)`. */
  readonly asked: Array<readonly [number, number]>;
  /** Body bytes sent so far. */
  readonly sent: number;
  manner: Manner;
  /** Bodies that the other side gave up before they were sent. */
  readonly givenUp: number;
  resume(): void;
  close(): Promise<void>;
}

/** Serves one file from memory, in a manner that may change between requests. */
export async function startRangeServer(
  bytes: Uint8Array,
  manner: Manner = 'ranges',
): Promise<RangeServer> {
  const state: ServerState = { manner, sent: 0, givenUp: 0, asked: [], paused: [] };
  const server = createServer((request, response) => answer(request, response, bytes, state));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/model.safetensors`,
    resume: () => state.paused.splice(0).forEach((send) => send()),
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

interface ServerState {
  manner: Manner;
  sent: number;
  givenUp: number;
  readonly asked: Array<readonly [number, number]>;
  readonly paused: Array<() => void>;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  state: ServerState,
): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!;
  const asked = [Number(first), Number(last) + 1] as const;
  state.asked.push(asked);
  const { manner } = state;
  if (typeof manner === 'object' && 'status' in manner)
    return void response.writeHead(manner.status).end('no');
  const [start, end] =
    manner === 'whole' ? [0, bytes.length] : [asked[0], Math.min(asked[1], bytes.length)];
  if (start >= end)
    return void response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
  const shift = manner === 'shifted' ? 1 : 0;
  const body = bytes.subarray(start + shift, end + shift);
  state.sent += body.length;
  response.writeHead(manner === 'whole' ? 200 : 206, {
    'Content-Length': body.length,
    ...(manner !== 'whole' && {
      'Content-Range': `bytes ${start + shift}-${start + shift + body.length - 1}/${bytes.length}`,
    }),
  });
  response.on('close', () => void (state.givenUp += response.writableFinished ? 0 : 1));
  if (typeof manner === 'object') {
    response.write(body.subarray(0, manner.pausesAfter));
    state.paused.push(() => response.end(body.subarray(manner.pausesAfter)));
    return;
  }
  if (manner === 'stalls') return void response.write(body.subarray(0, 1));
  if (manner === 'breaks')
    return void response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  response.end(body);
}
