import { throwIfAborted } from '../errors.ts';
import type { Evidence, Reports } from './method.ts';

/** Milliseconds after which the event loop gets its turn: what was cancelled is heard of then. */
const breath = 16;
/** Milliseconds between two reports, unless the request says otherwise. */
const usualReport = 100;

/** Lets messages arrive and timers fire. */
const eventLoop = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Runs `slice(0)` to `slice(total - 1)` one after the other. Between them it stops if the request was
 * cancelled, lets the event loop and other requests have their turn, and reports: `partial(done)` is
 * asked for the map only when a report is due and wanted. The caller's tensors must survive the
 * turns of others, so a slice runs in a `tidy` of its own.
 * @throws {EngineError} `aborted`
 */
export async function inSlices<Partial = Evidence>(
  total: number,
  request: Reports<Partial>,
  slice: (index: number) => void | Promise<void>,
  partial?: (done: number) => Partial | Promise<Partial>,
): Promise<void> {
  const { signal, onStep, onPartial, reportEvery = usualReport } = request;
  const { waiting = (turn) => turn } = request;
  let reported = performance.now();
  let breathed = reported;
  for (let done = 0; done < total;) {
    throwIfAborted(signal);
    await slice(done);
    done++;
    const now = performance.now();
    if (now - breathed >= Math.min(breath, reportEvery)) {
      await waiting(eventLoop());
      throwIfAborted(signal);
      breathed = performance.now();
    }
    if (done === total || now - reported < reportEvery) continue;
    onStep?.({ done, total });
    if (onPartial && partial) onPartial(await partial(done), { done, total });
    reported = performance.now();
  }
  onStep?.({ done: total, total });
}
