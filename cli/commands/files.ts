import { openAsBlob } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';

/** Why a file operation failed, in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
};

export function reason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
}

export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`could not read ${path}: ${reason(cause)}`, { cause });
  });
  return new Uint8Array(bytes);
}

export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

/** A file of which only the parts asked for are read. */
export async function readBlob(path: string): Promise<Blob> {
  try {
    const handle = await open(path);
    const isFile = (await handle.stat()).isFile();
    await handle.close();
    if (!isFile) throw Object.assign(new Error(), { code: 'EISDIR' });
    return await openAsBlob(path);
  } catch (cause) {
    throw new Error(`could not read ${path}: ${reason(cause)}`, { cause });
  }
}

export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes).catch((cause: unknown) => {
    throw new Error(`could not write ${path}: ${reason(cause)}`, { cause });
  });
}
