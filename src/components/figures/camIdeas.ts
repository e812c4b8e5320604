/** What each method of the family does, in a line; a method that is not here is introduced by its name alone. */
const ideas: Readonly<Record<string, string>> = {
  cam: 'channels weighed by the last layer’s own weights',
  'grad-cam': 'channels weighed by their mean gradient',
  'grad-cam-plus-plus': 'positive gradients, weighed so that every instance counts',
  'x-grad-cam': 'gradients weighed by where the channel is active',
  'hires-cam': 'gradient times activation, cell by cell, never averaged',
  'element-wise-grad-cam': 'as HiResCAM, negative terms removed before the sum',
  'layer-cam': 'positive gradients only, cell by cell',
  'eigen-cam': 'the direction in which activations vary most; asks no class',
  'eigen-grad-cam': 'as Eigen-CAM, of gradient times activation',
  'kpca-cam': 'as Eigen-CAM with a kernel, for what is not a line',
  'full-grad': 'input and every bias, each with its gradient',
  'finer-cam': 'the class against those that it is mistaken for',
  'shapley-cam': 'the gradient, corrected by its curvature',
  'score-cam': 'no gradient: the picture seen through each channel',
  'ablation-cam': 'no gradient: each channel switched off',
  'random-cam':
    'the control: weights drawn by lot. Whatever it shows, no method deserves credit for',
};

export const camIdea = (id: string): string => ideas[id] ?? '';

/** The method whose weights mean nothing. */
export const controlMethod = 'random-cam';
