import { atom, type WritableAtom } from 'nanostores';
import type { BackendName } from '../worker/protocol.ts';

/** How one piece of the reader's state stands in the URL. */
interface Field<T> {
  readonly initial: T;
  /** Undefined for anything that is not a value of the field. */
  parse(text: string): T | undefined;
}

const oneOf = <T extends string>(initial: NoInfer<T>, values: readonly T[]): Field<T> => ({
  initial,
  parse: (text) => values.find((value) => value === text),
});
const word = (initial: string): Field<string> => ({ initial, parse: (text) => text });
const numeric = (initial: number, least: number, most: number): Field<number> => ({
  initial,
  parse(text) {
    const value = Number(text);
    return text !== '' && value >= least && value <= most ? value : undefined;
  },
});
const whole = (initial: number, least: number, most: number): Field<number> => ({
  initial,
  parse(text) {
    const value = numeric(initial, least, most).parse(text);
    return Number.isInteger(value) ? value : undefined;
  },
});
/** Whole numbers from 0 to 4095 with dots between them, each once: `3.17.217`. */
const indices = (most: number): Field<string> => ({
  initial: '',
  parse(text) {
    const values = text.split('.').filter((part) => /^\d{1,4}$/.test(part) && Number(part) < 4096);
    const unique = [...new Set(values.map(Number))].slice(0, most).join('.');
    return unique === '' ? undefined : unique;
  },
});
/** A class index, or `predicted`. */
const classChoice: Field<number | 'predicted'> = {
  initial: 'predicted',
  parse: (text) => (text === 'predicted' ? text : whole(0, 0, 9999).parse(text)),
};
/** Options of a method, `samples-20_sigma-0.1`: what a method does not have or allow is dropped where it is read. */
const settings: Field<string> = {
  initial: '',
  parse(text) {
    const known = text.split('_').filter((part) => /^[a-zA-Z]+-[\w.-]+$/.test(part));
    return known.length > 0 ? known.slice(0, 16).join('_') : undefined;
  },
};
/** A class index, or `runner-up` for the strongest of the others. */
const rivalChoice: Field<number | 'runner-up'> = {
  initial: 'runner-up',
  parse: (text) => (text === 'runner-up' ? text : whole(0, 0, 9999).parse(text)),
};
/** A cut-out with its centre, its width and whether it is mirrored, `husky.210.190.150.m`, or `none`. */
const placed: Field<string> = {
  initial: '',
  parse: (text) => (/^(none|[a-z-]+(\.\d{1,3}){3}(\.m)?)$/.test(text) ? text : undefined),
};
/** The class of an object on the stage, the predicted one, or any by its index. */
const askedChoice: Field<number | 'first' | 'second' | 'predicted'> = {
  initial: 'first',
  parse: (text) =>
    text === 'first' || text === 'second' || text === 'predicted'
      ? text
      : whole(0, 0, 9999).parse(text),
};
/** Colour maps that a reader can choose. */
export const colormaps = ['viridis', 'inferno', 'magma', 'cividis', 'greys', 'hot', 'jet'] as const;
/** What feature maps can be sorted by; the difference is that of two pictures. */
export const mapSorts = ['index', 'activation', 'sparsity', 'difference'] as const;
const backends = ['auto', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;
/** What every figure's control lets readers explain. */
export const kinds = ['logit', 'probability'] as const;
/** What can be explained, and what a link can carry. */
export const targetKinds = [...kinds, 'log-probability', 'difference'] as const;
type TargetKind = (typeof targetKinds)[number];
/** How a gradient's colour channels become one number; `signed` adds them up as they are. */
export const reductions = ['max', 'l2', 'sum', 'signed'] as const;

/** What the kernel editor can start from: a kernel drawn by hand, nothing, or a learned filter. */
export const kernelStarts = [
  'gabor',
  'sobel',
  'scharr',
  'prewitt',
  'laplacian',
  'difference',
  'sharpen',
  'blur',
  'box',
  'identity',
  'blank',
  'learned',
] as const;
/** Which channels a kernel weighs against each other. */
export const kernelColours = ['grey', 'red-green', 'blue-yellow', 'tint'] as const;

/** What filters can be sorted by; likeness is to one of them. */
export const filterSorts = ['index', 'norm', 'orientation', 'colour', 'likeness'] as const;
/** How one filter is shown large. */
export const filterFaces = ['colour', 'red', 'green', 'blue', 'spectrum'] as const;

/** What channels can be sorted by: signed alpha, its size, or how much each moves the sum. */
export const camSorts = ['alpha', 'magnitude', 'contribution'] as const;
/** What is laid over the picture: what speaks for the target, what against it, or both. */
export const camShows = ['usual', 'rectified', 'signed', 'against'] as const;

/** Where Integrated Gradients can begin. */
export const pathBaselines = ['black', 'white', 'mean', 'blurred', 'noise'] as const;
export const pathSteps = ['4', '8', '16', '32', '64', '128', '256'] as const;

/** How lines of the ledger are sorted: what speaks for the class first, by size, or as they lie. */
export const ledgerSorts = ['contribution', 'size', 'index'] as const;

/** What weighs a layer's channels where one cell is followed through all lenses. */
export const lensMethods = ['grad-cam', 'hires-cam'] as const;
/** What a heatmap can be made by: what each convention can be set to, the paper's choice first. */
export const conventionChoices = {
  subject: ['grad-cam', 'saliency'],
  target: ['logit', 'probability', 'log-probability'],
  /** The layer after its activation, or what the activation reads. */
  reading: ['after', 'before'],
  /** Where the ReLU stands: at the channel sum, at each channel before it, nowhere, or the sum's magnitude in its place. */
  relu: ['after-sum', 'before-sum', 'none', 'absolute'],
  /** Of the colour channels' gradients. */
  signs: ['absolute', 'signed'],
  reduction: ['max', 'l2', 'sum'],
  normaliser: ['none', 'maximum', 'min-max', 'cumulative'],
  /** When the map is normalised: after it was enlarged, before, or both times. */
  order: ['after', 'before', 'both'],
  upsampling: ['bilinear', 'nearest', 'bilinear-corners', 'bicubic'],
} as const;
/** Whose conventions the switches were last set to. */
export const conventionPresets = ['paper', 'pytorch-grad-cam', 'captum'] as const;

/** The one table of what a reader can set and a link can carry: a new control is one row. */
const fields = {
  picture: word('horse'),
  /** A model's id; empty for the one that each figure shows by itself. */
  model: word(''),
  class: classChoice,
  /** What a difference of two logits takes off. */
  against: rivalChoice,
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
  'stage.asked': askedChoice,
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

const stores = Object.fromEntries(
  Object.entries(fields).map(([name, field]) => [name, atom<unknown>(field.initial)]),
) as Record<FieldName, WritableAtom<unknown>>;

/** The store of one piece of state; figures of a page that use the same one stay in step. */
export function field<K extends FieldName>(name: K): WritableAtom<State[K]> {
  return stores[name] as WritableAtom<State[K]>;
}

export function initialValue<K extends FieldName>(name: K): State[K] {
  return fields[name].initial as State[K];
}

const names = Object.keys(fields) as FieldName[];

/** What may be a file of the reader's own. */
const ownable: ReadonlySet<FieldName> = new Set(['picture', 'model', 'maps.other']);

/** What differs from the defaults, as URL parameters. Files of the reader's own cannot be linked to. */
export function serialize(): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of names) {
    const value = stores[name].get();
    const local = ownable.has(name) && String(value).startsWith('own:');
    if (value !== fields[name].initial && !local) parameters.set(name, String(value));
  }
  return parameters;
}

/** Takes over what a URL says; what is not understood keeps its default. */
export function restore(parameters: URLSearchParams): void {
  for (const name of names) {
    const text = parameters.get(name);
    const value = text === null ? undefined : fields[name].parse(text);
    if (value !== undefined) stores[name].set(value);
  }
}

/** Milliseconds of quiet before the address follows: browsers limit how often it may change. */
const addressDelay = 300;
let connected = false;

/** Reads the page's address once and keeps it up to date from then on. */
export function connectAddress(): void {
  if (connected) return;
  connected = true;
  restore(new URLSearchParams(location.search));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const url = new URL(location.href);
    for (const name of names) url.searchParams.delete(name);
    for (const [name, value] of serialize()) url.searchParams.set(name, value);
    history.replaceState(history.state, '', url);
  };
  for (const name of names)
    stores[name].listen(() => {
      clearTimeout(timer);
      timer = setTimeout(write, addressDelay);
    });
}

/** A link that opens the page with this exact state. */
export function stateLink(anchor: string): string {
  const url = new URL(location.href);
  url.search = serialize().toString();
  url.hash = anchor;
  return url.href;
}
