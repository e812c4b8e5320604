import type { ChoosableModel } from '../../client/models.ts';
import type { ShippedPicture } from '../../client/pictures.ts';
import type { Raster } from '../../draw/raster.ts';
import {
  untrainedSuffix,
  type Ask,
  type Bitmap,
  type KeyedPicture,
  type LayerSparsity,
  type ModelDescription,
  type Target,
} from '../../worker/protocol.ts';

/** What a model makes of a picture. */
export interface Verdict {
  /** The model's label of what the picture shows, or null where none fits. */
  readonly shows: string | null;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly probability: number;
}

/** A picture of the site with what the site's models make of it. */
export interface CataloguePicture extends ShippedPicture {
  /** Of every model for colour photographs, by its id. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/** A folder of `models/`. */
export interface SiteModel extends ChoosableModel {
  /** Grey models are for digits, not for photographs. */
  readonly colour: 'rgb' | 'grey';
  /** Length of the weight file. */
  readonly bytes: number;
}

/** What every figure is told about the site, computed when the site is built. */
export interface SiteFacts {
  /** The site's base path, with a slash at the end. */
  readonly base: string;
  readonly pictures: readonly CataloguePicture[];
  /** The models that there are, the lab's network first. */
  readonly models: readonly SiteModel[];
}

/** Props of every figure island: the view drawn at build time, and the site. */
export interface FigureProps<View> {
  readonly still: View;
  readonly site: SiteFacts;
}

/** What a figure asks its numbers about. */
export interface Subject {
  readonly picture: KeyedPicture;
  readonly target: Target;
}

/** Files of the site that a still is drawn from. */
export interface StillFiles {
  /** A picture below `images/`. */
  picture(file: string): Promise<Bitmap>;
  /** A picture below `images/`, transparent where it is cut out. */
  cutout(file: string): Promise<Raster>;
  /** What a JSON file holds; undefined where there is none. */
  json(path: string): Promise<unknown>;
}

/** How sparse the layers of each model for colour photographs are, by its id, for every picture of the site in order. */
export type SparsitySurvey = Readonly<Record<string, ReadonlyArray<readonly LayerSparsity[]>>>;

/** Draws a figure's still: loads its data from the engine for the subject and makes its view. */
export type DrawStill = (
  ask: Ask,
  subject: Subject,
  files: StillFiles,
  survey: SparsitySurvey,
) => Promise<unknown>;

/** The lab's network. */
export const labModel = 'smallcnn-cifar10';
/** The same layers, trained on digits. */
export const digitsModel = 'mnistcnn';
/** The chapter's large network. */
export const chapterModel = 'resnet18-objects11';

/** What a view says about the model that it shows. */
export type ShownModel = Pick<ModelDescription, 'id' | 'title' | 'labels'>;

export function shownModel({ id, title, labels }: ModelDescription): ShownModel {
  return { id, title, labels };
}

/** Index of the class that a shipped picture shows; undefined where that is not known. */
export function trueClass(
  site: SiteFacts,
  picture: string,
  { id, labels }: ShownModel,
): number | undefined {
  const verdicts = site.pictures.find((entry) => entry.id === picture)?.verdicts;
  // A twin has the labels of its model.
  const shows = verdicts?.[id.replace(untrainedSuffix, '')]?.shows;
  const index = shows ? labels.indexOf(shows) : -1;
  return index >= 0 ? index : undefined;
}

/** Resolves the addresses of a still's pictures against the site's base. */
export function atBase<T>(view: T, base: string): T {
  if (Array.isArray(view)) return view.map((item) => atBase(item, base)) as T;
  if (typeof view !== 'object' || view === null) return view;
  const entries = Object.entries(view).map(([key, value]) => [
    key,
    key === 'url' && typeof value === 'string' ? base + value : atBase(value, base),
  ]);
  return Object.fromEntries(entries) as T;
}
