import type { BackendName } from '../worker/protocol.ts';
import {
  backends,
  camShows,
  camSorts,
  colormaps,
  conventionChoices,
  conventionPresets,
  filterFaces,
  filterSorts,
  kernelColours,
  kernelStarts,
  ledgerSorts,
  lensMethods,
  mapSorts,
  pathBaselines,
  pathSteps,
  reductions,
  targetKinds,
} from './choices.ts';
import {
  classOr,
  indices,
  numeric,
  oneOf,
  placed,
  settings,
  whole,
  word,
  type Field,
} from './fieldKinds.ts';

type TargetKind = (typeof targetKinds)[number];

/** The one table of what a reader can set and a link can carry: a new control is one row. */
export const fields = {
  picture: word('horse'),
  /** A model's id; empty for the one that each figure shows by itself. */
  model: word(''),
  class: classOr('predicted', ['predicted']),
  /** What a difference of two logits takes off: a class, or the strongest of the others. */
  against: classOr('runner-up', ['runner-up']),
  backend: oneOf<BackendName | 'auto'>('auto', backends),
  /** The model whose filter is in focus; empty for the one whose wall is shown large. */
  'filters.network': word(''),
  /** -1 for the filter that the figure was drawn with. */
  'filters.index': whole(-1, -1, 4095),
  'filters.sort': oneOf('index', filterSorts),
  /** The filter that likeness is measured to. */
  'filters.like': whole(0, 0, 4095),
  'filters.scale': oneOf<'each' | 'signed'>('each', ['each', 'signed']),
  /** -1 for the weights as they are after the last epoch. */
  'filters.epoch': whole(-1, -1, 9999),
  'filters.face': oneOf('colour', filterFaces),
  /** Percent of a filter that a hand-designed kernel must explain to count. */
  'census.least': whole(60, 20, 95),
  'kernel.size': oneOf<'3' | '7'>('7', ['3', '7']),
  'kernel.start': oneOf<(typeof kernelStarts)[number]>('gabor', kernelStarts),
  /** Index of the filter to start from. */
  'kernel.learned': whole(0, 0, 4095),
  /** What the reader has painted over the start, a byte for each weight; empty for nothing. */
  'kernel.cells': word(''),
  /** Orientation of a kernel drawn by hand; by how much any other is turned. */
  'kernel.angle': numeric(90, 0, 360),
  'kernel.wavelength': numeric(6, 2, 16),
  'kernel.phase': numeric(-90, -180, 180),
  'kernel.sigma': numeric(1.8, 0.3, 4),
  'kernel.aspect': numeric(0.7, 0.2, 2),
  'kernel.colour': oneOf<(typeof kernelColours)[number]>('grey', kernelColours),
  'kernel.tint': word('#e8703a'),
  'kernel.scale': oneOf<'one' | 'drawn'>('one', ['one', 'drawn']),
  'kernel.show': oneOf<'signed' | 'absolute' | 'picture'>('signed', [
    'signed',
    'absolute',
    'picture',
  ]),
  'kernel.means': oneOf<'kept' | 'removed'>('kept', ['kept', 'removed']),
  /** Empty for the model's second block. */
  'maps.layer': word(''),
  'maps.sort': oneOf('index', mapSorts),
  'maps.scale': oneOf<'each' | 'shared'>('each', ['each', 'shared']),
  'maps.channel': whole(-1, -1, 4095),
  'maps.opacity': numeric(0.8, 0, 1),
  /** A second picture to compare with; empty for none. */
  'maps.other': word(''),
  /** Channels kept at hand. */
  'maps.pins': indices(12),
  /** A module with a window; empty for the one whose field is about half as wide as the picture. */
  'field.layer': word(''),
  /** Channel of the unit; -1 for the layer's strongest. */
  'field.channel': whole(-1, -1, 4095),
  /** Place of the unit as shares of the picture's width and height. */
  'field.x': numeric(0.5, 0, 1),
  'field.y': numeric(0.5, 0, 1),
  'field.units': oneOf<'one' | 'all'>('one', ['one', 'all']),
  'field.network': oneOf<'trained' | 'untrained'>('trained', ['trained', 'untrained']),
  /** Empty for the last but one of the model's blocks. */
  'atlas.layer': word(''),
  /** -1 for the channel that the picture brings nearest to its record. */
  'atlas.channel': whole(-1, -1, 4095),
  'atlas.sort': oneOf<'index' | 'picture'>('index', ['index', 'picture']),
  'saliency.method': word('saliency'),
  /** What of the method's options differs from its defaults. */
  'saliency.options': settings,
  /** Of the methods that work at one; empty for the method's own. */
  'saliency.layer': word(''),
  'saliency.reduction': oneOf<(typeof reductions)[number]>('max', reductions),
  /** How a map with signs is drawn. */
  'saliency.signs': oneOf<'signed' | 'magnitude'>('signed', ['signed', 'magnitude']),
  'saliency.kind': oneOf<TargetKind>('logit', targetKinds),
  'saliency.clip': numeric(99, 80, 100),
  'saliency.colormap': oneOf('inferno', colormaps),
  'saliency.opacity': numeric(0.6, 0, 1),
  /** Standard deviation in input pixels of the blur under which the map is drawn. */
  'saliency.blur': numeric(0, 0, 10),
  'gallery.signs': oneOf<'signed' | 'magnitude'>('magnitude', ['magnitude', 'signed']),
  'gallery.clip': numeric(99, 80, 100),
  /** The picture under the softmax; empty for the one that the network is surest of. */
  'softmax.picture': word(''),
  'softmax.range': oneOf<'own' | 'common'>('own', ['own', 'common']),
  /** Pixel that is nudged, as shares of the picture's width and height; -1 for the map's strongest. */
  'probe.x': numeric(-1, -1, 1),
  'probe.y': numeric(-1, -1, 1),
  /** Levels of 8 bits. */
  'probe.amount': whole(64, -128, 128),
  'probe.patch': oneOf<'1' | '3' | '5'>('1', ['1', '3', '5']),
  'probe.channels': oneOf<'all' | 'red' | 'green' | 'blue'>('all', ['all', 'red', 'green', 'blue']),
  'probe.limits': oneOf<'picture' | 'none'>('none', ['picture', 'none']),
  /** Standard deviation of SmoothGrad's noise, as a share of the picture's range. */
  'smooth.sigma': numeric(0.15, 0, 0.6),
  'smooth.samples': whole(50, 4, 256),
  'smooth.seed': whole(1, 0, 9999),
  'path.baseline': oneOf('black', pathBaselines),
  'path.steps': oneOf('32', pathSteps),
  'path.rule': oneOf<'midpoint' | 'gauss-legendre'>('midpoint', ['midpoint', 'gauss-legendre']),
  /** Share of the steps that the film has gone. */
  'path.shown': numeric(0.5, 0, 1),
  /** Empty for the model's last convolutional block. */
  'cam.layer': word(''),
  'cam.kind': oneOf<TargetKind>('logit', targetKinds),
  'cam.opacity': numeric(0.5, 0, 1),
  'cam.colormap': oneOf('viridis', colormaps),
  /** How far the sum has run, in channels. */
  'cam.channels': whole(4096, 1, 4096),
  'cam.sort': oneOf('alpha', camSorts),
  /** -1 for the channel that comes first. */
  'cam.channel': whole(-1, -1, 4095),
  /** `usual` shows both signs of a difference, and of any other target what speaks for it. */
  'cam.show': oneOf('usual', camShows),
  'cam.upsampling': oneOf<'nearest' | 'bilinear' | 'bicubic'>('bilinear', [
    'nearest',
    'bilinear',
    'bicubic',
  ]),
  /** Background of the stage; empty, as are its objects, for what it opens with. */
  'stage.ground': word(''),
  'stage.first': placed,
  'stage.second': placed,
  /** Whose evidence is shown: the class of an object on the stage, or any. */
  'stage.asked': classOr('first', ['first', 'second', 'predicted']),
  /** The board opens as Captum has it, beside the paper's map. */
  'conventions.preset': oneOf('captum', conventionPresets),
  'conventions.subject': oneOf('grad-cam', conventionChoices.subject),
  'conventions.target': oneOf('logit', conventionChoices.target),
  'conventions.reading': oneOf('after', conventionChoices.reading),
  'conventions.relu': oneOf('absolute', conventionChoices.relu),
  'conventions.signs': oneOf('absolute', conventionChoices.signs),
  'conventions.reduction': oneOf('sum', conventionChoices.reduction),
  'conventions.normaliser': oneOf('cumulative', conventionChoices.normaliser),
  'conventions.order': oneOf('after', conventionChoices.order),
  'conventions.upsampling': oneOf('nearest', conventionChoices.upsampling),
  'cams.method': word('grad-cam'),
  /** What of the options of the map that is shown large differs from the defaults. */
  'cams.options': settings,
  /** Empty for the model's last block. */
  'cams.layer': word(''),
  /** Empty for the model's last block, whose channels have weights. */
  'alpha.layer': word(''),
  /** -1 for the channel with the largest alpha. */
  'alpha.channel': whole(-1, -1, 4095),
  /** Empty, or one with too many cells, for the model's last block. */
  'ledger.layer': word(''),
  'ledger.rows': oneOf<'cells' | 'channels'>('cells', ['cells', 'channels']),
  'ledger.sort': oneOf('contribution', ledgerSorts),
  /** The line that is unfolded; -1 for the first. */
  'ledger.open': whole(-1, -1, 4095),
  /** Empty, or one that has no grid of cells, for the model's last block. */
  'lenses.layer': word(''),
  'lenses.method': oneOf('grad-cam', lensMethods),
  /** The cell that is lit; -1 for the strongest. */
  'lenses.row': whole(-1, -1, 4095),
  'lenses.column': whole(-1, -1, 4095),
  /** The channel that is lit; -1 for the one that moves the cell most. */
  'lenses.channel': whole(-1, -1, 4095),
  /** Empty for the block in the model's middle. */
  'card.layer': word(''),
  'card.channel': whole(-1, -1, 4095),
} as const;

type Fields = typeof fields;
export type FieldName = keyof Fields;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type State = { [K in FieldName]: ValueOf<Fields[K]> };
