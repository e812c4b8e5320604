/** What each method asks, in a line; a method that is not here is introduced by its name alone. */
const ideas: Readonly<Record<string, string>> = {
  saliency: 'how much the score moves if a pixel does',
  'gradient-x-input': 'the slope times what the pixel has to give',
  smoothgrad: 'the mean slope of many noisy copies',
  'integrated-gradients': 'slopes added up on the way from a blank picture',
  'expected-gradients': 'slopes added up on the way from other pictures',
  'blur-ig': 'slopes added up while the picture comes into focus',
  'guided-backprop': 'a backward pass that lets only good news through',
  deconvnet: 'good news only, also through units that were asleep',
  'guided-x-input': 'the guided pass times the input',
  'guided-grad-cam': 'guided edges, dimmed where Grad-CAM is dark',
  occlusion: 'what the score loses when a patch is covered',
  rise: 'how the score does on average where a pixel is left to be seen',
};

/** Undefined for a method that nobody has described yet. */
export function methodIdea(id: string): string | undefined {
  return ideas[id];
}
