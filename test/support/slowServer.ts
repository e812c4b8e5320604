import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server behind a slow line: weights come at so many bytes in a second, all else at once. */
export interface SlowServer {
  readonly address: string;
  /** Bytes of weights sent so far. */
  readonly sent: number;
  /** Downloads of weights that the other side gave up. */
  readonly givenUp: number;
  bytesPerSecond: number;
  close(): Promise<void>;
}

/** @param address of the server behind, with its base path */
export async function startSlowServer(
  address: string,
  bytesPerSecond: number,
): Promise<SlowServer> {
  const state = { bytesPerSecond, sent: 0, givenUp: 0 };
  const { pathname, origin } = new URL(address);
  const server = createServer((incoming, outgoing) => pass(origin, incoming, outgoing, state));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    address: `http://localhost:${port}${pathname}`,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

interface Line {
  bytesPerSecond: number;
  sent: number;
  givenUp: number;
}

function pass(origin: string, incoming: IncomingMessage, outgoing: ServerResponse, line: Line) {
  const { method, headers, url } = incoming;
  const target = new URL(url!, origin);
  const asking = request(target, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    if (target.pathname.endsWith('.safetensors')) trickle(answer, outgoing, line);
    else answer.pipe(outgoing);
  });
  asking.on('error', () => outgoing.destroy());
  asking.end();
}

function trickle(answer: IncomingMessage, outgoing: ServerResponse, line: Line): void {
  answer.on('data', (bytes: Buffer) => {
    answer.pause();
    outgoing.write(bytes);
    line.sent += bytes.length;
    setTimeout(() => answer.resume(), (1000 * bytes.length) / line.bytesPerSecond);
  });
  answer.on('end', () => outgoing.end());
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) line.givenUp++;
    answer.destroy();
  });
}
