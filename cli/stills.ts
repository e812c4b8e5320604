/**
 * Draws, before the site is built, what its pages show without scripts: every figure's still, the
 * thumbnails, what the network makes of each picture, and the numbers that the prose quotes. All of
 * it comes from the same engine and the same drawing code as the live figures.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type {
  CataloguePicture,
  SiteFacts,
  SiteModel,
  SparsitySurvey,
  StillFiles,
  Subject,
  Verdict,
} from '../src/components/figures/figure.ts';
import { stills } from '../src/components/figures/stills.ts';
import { encodePng } from '../src/draw/png.ts';
import { isStill, type Raster, type RasterImage, type StillRaster } from '../src/draw/raster.ts';
import { softmax } from '../src/draw/softmax.ts';
import type { Ask, LayerSparsity } from '../src/worker/protocol.ts';
import { chapterFacts } from './facts.ts';
import { nodeEngine } from './nodeEngine.ts';
import { publicFolder } from './nodeModels.ts';
import { readCutout, readPicture } from './nodePicture.ts';
import { siteModels } from './siteModels.ts';

/** The picture of every still; also the page's first choice. */
const defaultPicture = 'horse';
const thumbnailSide = 96;
/** Rasters at least this wide hold a photograph. */
const photographSide = 160;
const stillsFolder = join(publicFolder, 'stills');
const generatedFolder = fileURLToPath(new URL('../src/generated/', import.meta.url));

interface Credit {
  readonly id: string;
  readonly file: string;
  readonly title: string;
  readonly description: string;
  /** What it shows, in the labels of any model; none for a picture of something else. */
  readonly classes: readonly string[];
}

async function readCredits(): Promise<Credit[]> {
  const text = await readFile(join(publicFolder, 'images/credits.json'), 'utf8');
  return (JSON.parse(text) as { pictures: Credit[] }).pictures;
}

const files: StillFiles = {
  picture: (file) => readPicture(join(publicFolder, 'images', file)),
  cutout: (file) => readCutout(join(publicFolder, 'images', file)),
  async json(path) {
    const text = await readFile(join(publicFolder, path), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  },
};

async function subjectOf({ id, file }: Credit): Promise<Subject> {
  const bitmap = await readPicture(join(publicFolder, 'images', file));
  return { picture: { key: id, bitmap }, target: { kind: 'logit', class: 'predicted' } };
}

/** What a model makes of a picture. */
async function verdict(
  ask: Ask,
  { id: model, labels }: SiteModel,
  subject: Subject,
  classes: readonly string[],
): Promise<Verdict> {
  const { target, logits } = await ask('capture', { model, ...subject });
  const predicted = labels[target!.class]!;
  const known = classes.filter((name) => labels.includes(name));
  return {
    // Of a picture of two things either answer is right.
    shows: known.find((name) => name === predicted) ?? known[0] ?? null,
    predicted,
    probability: softmax(logits)[target!.class]!,
  };
}

/** A picture of the site, and how sparse each model's layers are for it. */
interface Catalogued {
  readonly picture: CataloguePicture;
  readonly sparsity: Readonly<Record<string, readonly LayerSparsity[]>>;
}

async function cataloguePicture(
  ask: Ask,
  models: readonly SiteModel[],
  credit: Credit,
): Promise<Catalogued> {
  const { id, title, description, file, classes } = credit;
  const subject = await subjectOf(credit);
  const verdicts: Record<string, Verdict> = {};
  const sparsity: Record<string, readonly LayerSparsity[]> = {};
  for (const model of models.filter(({ colour }) => colour === 'rgb')) {
    verdicts[model.id] = await verdict(ask, model, subject, classes);
    // The forward pass is the one just made.
    sparsity[model.id] = await ask('sparsity', { model: model.id, picture: subject.picture });
  }
  // A fifth of the lossless file's size, for figures that show many.
  await sharp(join(publicFolder, 'images', file))
    .webp({ quality: 82 })
    .toFile(join(stillsFolder, 'photographs', file));
  const thumbnail = join('thumbnails', `${id}.webp`);
  await sharp(join(publicFolder, 'images', file))
    .resize(thumbnailSide, thumbnailSide)
    .webp({ quality: 82 })
    .toFile(join(stillsFolder, thumbnail));
  const picture = {
    id,
    title,
    description,
    url: `images/${file}`,
    thumbUrl: `stills/${thumbnail}`,
    verdicts,
  };
  return { picture, sparsity };
}

function surveyOf(catalogue: readonly Catalogued[]): SparsitySurvey {
  const models = Object.keys(catalogue[0]?.sparsity ?? {});
  return Object.fromEntries(
    models.map((model) => [model, catalogue.map(({ sparsity }) => sparsity[model]!)]),
  );
}

const isRaster = (value: object): value is Raster => 'rgba' in value;

/**
 * Tensors become PNGs, pixel for pixel; pictures with a photograph in them, which are large and
 * smooth, become WebP at a tenth of the size.
 */
async function writeRaster(raster: Raster, path: string): Promise<StillRaster> {
  const { width, height, rgba } = raster;
  const isPhotograph = width >= photographSide;
  const file = `${path}.${isPhotograph ? 'webp' : 'png'}`;
  const bytes = isPhotograph
    ? await sharp(rgba, { raw: { width, height, channels: 4 } })
        .webp({ quality: 88 })
        .toBuffer()
    : encodePng(raster);
  await writeFile(join(stillsFolder, file), bytes);
  return { width, height, url: `stills/${file}` };
}

/** Writes every raster of a view to a file and puts its address in its place. */
async function withFiles(view: unknown, folder: string, path: string): Promise<unknown> {
  if (typeof view === 'number') return Number(view.toPrecision(7));
  if (typeof view !== 'object' || view === null) return view;
  if (isStill(view as RasterImage)) return view;
  if (isRaster(view)) return writeRaster(view, join(folder, path));
  if (ArrayBuffer.isView(view)) return Array.from(view as unknown as number[]);
  const entries = await Promise.all(
    Object.entries(view).map(async ([key, value]) => {
      const child = path ? `${path}-${key}` : key;
      return [key, await withFiles(value, folder, child)] as const;
    }),
  );
  return Array.isArray(view) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 1)}\n`);
}

async function main(): Promise<void> {
  await rm(stillsFolder, { recursive: true, force: true });
  for (const folder of ['thumbnails', 'photographs'])
    await mkdir(join(stillsFolder, folder), { recursive: true });
  await mkdir(join(generatedFolder, 'stills'), { recursive: true });
  const ask = await nodeEngine('wasm');
  const models = await siteModels();
  const credits = await readCredits();
  const subject = await subjectOf(credits.find(({ id }) => id === defaultPicture)!);
  const catalogue: Catalogued[] = [];
  for (const credit of credits) catalogue.push(await cataloguePicture(ask, models, credit));
  const pictures = catalogue.map(({ picture }) => picture);
  const survey = surveyOf(catalogue);
  for (const [id, draw] of Object.entries(stills)) {
    await mkdir(join(stillsFolder, id), { recursive: true });
    const view = await withFiles(await draw(ask, subject, files, survey), id, '');
    await writeJson(join(generatedFolder, 'stills', `${id}.json`), view);
  }
  const site: Omit<SiteFacts, 'base'> = { pictures, models };
  await writeJson(join(generatedFolder, 'site.json'), site);
  await writeJson(join(generatedFolder, 'methods.json'), await ask('methods', {}));
  await writeJson(join(generatedFolder, 'facts.json'), await chapterFacts(ask, subject, pictures));
  console.log(`drew ${Object.keys(stills).length} stills and ${pictures.length} thumbnails`);
}

await main();
