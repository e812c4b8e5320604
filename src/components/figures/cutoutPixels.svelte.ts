import { loadCutout } from '../../client/cutouts.ts';
import { rasterFromRgb } from '../../draw/raster.ts';
import type { Catalogue } from './cutoutCatalogue.ts';
import type { Pixels } from './cutoutScene.ts';

/** Pixels of the props that have been needed so far. */
export class CutoutPixels {
  current = $state.raw<Pixels>({});
  private readonly props: Catalogue['grounds'];
  private readonly base: string;

  /** @param base the site's base path */
  constructor({ objects, grounds }: Catalogue, base: string) {
    this.props = [...objects, ...grounds];
    this.base = base;
  }

  /**
   * Fetches what is missing of these, or of all.
   *
   * @throws {PictureError}
   */
  async load(ids?: readonly string[]): Promise<Pixels> {
    const wanted = this.props.filter(({ id }) => !ids || ids.includes(id));
    const loaded = await Promise.all(
      wanted
        .filter(({ id }) => !(id in this.current))
        .map(async ({ id, file, title }) => {
          const { data, width, height } = await loadCutout(`${this.base}images/${file}`, title);
          return [id, rasterFromRgb(data, width, height)] as const;
        }),
    );
    if (loaded.length > 0) this.current = { ...this.current, ...Object.fromEntries(loaded) };
    return this.current;
  }
}
