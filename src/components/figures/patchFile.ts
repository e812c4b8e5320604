import type { StillFiles } from './figure.ts';

/** `patches.json`: where in the site's pictures each channel of a network is excited most; see training/patches.py. */
export interface PatchFile {
  readonly model: string;
  /** SHA-256 of the weight file that was run. */
  readonly weights: string;
  /** How many crops were run. */
  readonly crops: number;
  /** Patches for each channel. */
  readonly kept: number;
  /** Files below `images/`, square, `side` pixels wide. */
  readonly pictures: ReadonlyArray<{
    readonly file: string;
    readonly title: string;
    readonly side: number;
  }>;
  /** By the side of a picture, `[left, top, side]` of its crops in pixels. */
  readonly boxes: Readonly<Record<string, ReadonlyArray<readonly [number, number, number]>>>;
  readonly layers: Readonly<Record<string, LayerPatches>>;
}

/** Flat arrays of `kept` entries for each channel, strongest first; -1 and 0 where a channel has fewer patches. */
export interface LayerPatches {
  /** `[C, H, W]`. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Index in `pictures`. */
  readonly picture: readonly number[];
  /** Index in the boxes of the picture's side. */
  readonly crop: readonly number[];
  /** row * W + column. */
  readonly cell: readonly number[];
  readonly value: readonly number[];
}

/** One patch: a cell of a channel's map of one crop. */
export interface StoredPatch {
  readonly file: string;
  readonly title: string;
  /** Of the picture, in pixels. */
  readonly side: number;
  readonly crop: { readonly left: number; readonly top: number; readonly side: number };
  readonly cell: { readonly row: number; readonly column: number };
  readonly value: number;
}

/** @throws {Error} unless every layer has `kept` entries for each channel */
export function parsePatchFile(json: unknown): PatchFile {
  const file = json as PatchFile;
  for (const [layer, { shape, ...columns }] of Object.entries(file.layers))
    for (const [name, values] of Object.entries(columns))
      if (values.length !== shape[0] * file.kept)
        throw new Error(
          `patches of ${file.model}: ${layer} has ${values.length} entries in "${name}", expected ${shape[0] * file.kept}`,
        );
  return file;
}

/** The patch file of a model, where there is one of its very weights. */
export async function currentPatchFile(
  model: string,
  files: Pick<StillFiles, 'json'>,
): Promise<PatchFile | undefined> {
  const [manifest, atlas] = await Promise.all([
    files.json(`models/${model}/model.json`),
    files.json(`models/${model}/patches.json`),
  ]);
  if (!manifest || !atlas) return undefined;
  const file = parsePatchFile(atlas);
  const { weights } = manifest as { weights: { sha256: string } };
  return file.weights === weights.sha256 ? file : undefined;
}

/** The patches of one channel, strongest first. */
export function storedPatches(file: PatchFile, layer: string, channel: number): StoredPatch[] {
  const { shape, picture, crop, cell, value } = file.layers[layer]!;
  const first = channel * file.kept;
  return Array.from({ length: file.kept }, (_, rank) => first + rank)
    .filter((at) => picture[at]! >= 0)
    .map((at) => {
      const entry = file.pictures[picture[at]!]!;
      const [left, top, side] = file.boxes[entry.side]![crop[at]!]!;
      return {
        ...entry,
        crop: { left, top, side },
        cell: { row: Math.floor(cell[at]! / shape[2]), column: cell[at]! % shape[2] },
        value: value[at]!,
      };
    });
}

/** The largest value of each channel; 0 for one that nothing excited. */
export function records({ layers, kept }: PatchFile, layer: string): number[] {
  const { shape, value } = layers[layer]!;
  return Array.from({ length: shape[0] }, (_, channel) => value[channel * kept]!);
}
