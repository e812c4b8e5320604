import { EngineError } from '../errors.ts';
import type { Bytes } from './byteSource.ts';

/** The bytes end inside a pickle: those that follow may complete it. */
export class EndOfPickle extends EngineError {
  constructor(label: string) {
    super('invalid-weights', `${label} is truncated: it ends inside a pickle`);
  }
}

/** A longer integer is no part of any checkpoint, and would take long to read. */
const maxIntegerBytes = 1024;

const utf8 = new TextDecoder();
const latin1 = new TextDecoder('latin1');

/** Reads numbers and text one after the other. */
export class PickleBytes {
  readonly label: string;
  position: number;
  private readonly bytes: Bytes;
  private readonly view: DataView;

  constructor(bytes: Bytes, start: number, label: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.label = label;
  }

  /** @throws {EndOfPickle} where fewer bytes are left */
  take(count: number): Bytes {
    return this.bytes.subarray(this.skip(count), this.position);
  }

  /** @returns where the skipped bytes begin */
  private skip(count: number): number {
    if (this.position + count > this.bytes.byteLength) throw new EndOfPickle(this.label);
    this.position += count;
    return this.position - count;
  }

  byte(): number {
    return this.view.getUint8(this.skip(1));
  }

  uint16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  /** Exact up to 2^53; nothing that a file can hold is longer. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  /** Big-endian, unlike all else in a pickle. */
  float64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** Two's complement, little-endian; a bigint where a number would not be exact. */
  integer(count: number): number | bigint {
    if (count > maxIntegerBytes)
      throw new EngineError(
        'invalid-weights',
        `the pickle in ${this.label} has an integer of ${count} bytes, at most ${maxIntegerBytes} are allowed`,
      );
    let value = 0n;
    const bytes = this.take(count);
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return exact(count > 0 && bytes[count - 1]! >= 128 ? BigInt.asIntN(8 * count, value) : value);
  }

  utf8(count: number): string {
    return utf8.decode(this.take(count));
  }

  /** One character for each byte, as Python 2 wrote its strings. */
  latin1(count: number): string {
    return latin1.decode(this.take(count));
  }

  /** Up to the next line feed, which is left out. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new EndOfPickle(this.label);
    const text = this.latin1(end - this.position);
    this.position++;
    return text;
  }
}

/** A number where that is exact. */
export function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
