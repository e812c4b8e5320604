/** Colour maps that a reader can choose. */
export const colormaps = ['viridis', 'inferno', 'magma', 'cividis', 'greys', 'hot', 'jet'] as const;
/** What feature maps can be sorted by; the difference is that of two pictures. */
export const mapSorts = ['index', 'activation', 'sparsity', 'difference'] as const;
/** Where the network can be asked to run. */
export const backends = ['auto', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;
/** What every figure's control lets readers explain. */
export const kinds = ['logit', 'probability'] as const;
/** What can be explained, and what a link can carry. */
export const targetKinds = [...kinds, 'log-probability', 'difference'] as const;
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
