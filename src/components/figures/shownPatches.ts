import type { ReceptiveField } from '../../worker/protocol.ts';
import { storedPatches, type PatchFile } from './patchFile.ts';
import { patchWindow, type PatchWindow } from './patchWindow.ts';

/** A square photograph of the site. */
export interface Photo {
  readonly url: string;
  readonly side: number;
  readonly title: string;
}

/** A patch as it is shown, with everything in pixels of its photograph. */
export interface ShownPatch extends PatchWindow {
  readonly photo: Photo;
  readonly crop: { readonly left: number; readonly top: number; readonly side: number };
  readonly value: number;
}

/** Where patches lie, and how they are cut. */
export interface PatchPlaces {
  readonly layer: string;
  /** Of the layer's cells. */
  readonly field: ReceptiveField;
  /** Height and width of the network's input. */
  readonly inputSize: number;
  /** Of the site, before the addresses of photographs. */
  readonly base: string;
}

/** Where a photograph of the patches lies, relative to the site; pictures are shown as lighter copies. */
function photoUrl(file: string): string {
  return file.includes('/') ? `images/${file}` : `stills/photographs/${file}`;
}

/** The patches of one channel on their photographs, strongest first. */
export function shownPatches(
  file: PatchFile,
  { layer, field, inputSize, base }: PatchPlaces,
  channel: number,
): ShownPatch[] {
  return storedPatches(file, layer, channel).map(
    ({ file: name, title, side, crop, cell, value }) => ({
      ...patchWindow(field, cell, inputSize, crop),
      photo: { url: base + photoUrl(name), side, title },
      crop,
      value,
    }),
  );
}
