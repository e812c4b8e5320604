/** What went wrong, as a stable word that callers can branch on. */
export type EngineErrorCode =
  | 'aborted'
  | 'backend-unavailable'
  | 'checksum-mismatch'
  | 'device-lost'
  | 'invalid-option'
  | 'invalid-picture'
  | 'invalid-weights'
  | 'network'
  | 'no-spatial-extent'
  | 'out-of-memory'
  | 'unknown-architecture'
  | 'unknown-layer'
  | 'unknown-method'
  | 'unknown-model';

/** The engine's only error: one sentence that says what was got and what was expected, with a code. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** @throws {EngineError} `aborted` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError('aborted', 'the request was cancelled');
}
