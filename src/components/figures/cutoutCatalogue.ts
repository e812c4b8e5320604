/** A picture of `credits.json` that stages are set with. */
export interface Prop {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Below `images/`. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Authors of its sources. */
  readonly author: string;
  readonly licence: string;
}

/** A cut-out: what stands on a stage. */
export interface CutoutProp extends Prop {
  /** What it shows, in the labels of any model; none where none fits. */
  readonly classes: readonly string[];
}

export interface Catalogue {
  readonly objects: readonly CutoutProp[];
  readonly grounds: readonly Prop[];
}

interface CreditRow extends Omit<CutoutProp, 'author' | 'licence'> {
  readonly licence: string;
  readonly sources: ReadonlyArray<{ readonly author: string }>;
}

function propOf({
  id,
  title,
  description,
  file,
  width,
  height,
  licence,
  sources,
}: CreditRow): Prop {
  const author = [...new Set(sources.map((source) => source.author))].join(', ');
  return { id, title, description, file, width, height, author, licence };
}

/** The cut-outs and backgrounds that `credits.json` lists. */
export function catalogueOf(credits: unknown): Catalogue {
  const { cutouts, backgrounds } = credits as Record<'cutouts' | 'backgrounds', CreditRow[]>;
  return {
    objects: cutouts.map((row) => ({ ...propOf(row), classes: row.classes })),
    grounds: backgrounds.map(propOf),
  };
}

/** Index of the class that an object belongs to; undefined for a model that has no such class. */
export function classOf(
  { classes }: { classes: readonly string[] },
  labels: readonly string[],
): number | undefined {
  const index = labels.findIndex((label) => classes.includes(label));
  return index >= 0 ? index : undefined;
}

/** The objects that a model has a class for. */
export function knownObjects(
  objects: readonly CutoutProp[],
  labels: readonly string[],
): CutoutProp[] {
  return objects.filter((object) => classOf(object, labels) !== undefined);
}

/** Who made the pictures, and which: one entry for each author and licence. */
export function creditsOf({ objects, grounds }: Catalogue) {
  const credits: { titles: string[]; author: string; licence: string }[] = [];
  for (const { title, author, licence } of [...objects, ...grounds]) {
    const same = credits.find((one) => one.author === author && one.licence === licence);
    if (same) same.titles.push(title);
    else credits.push({ titles: [title], author, licence });
  }
  return credits;
}
