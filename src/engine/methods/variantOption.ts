/** The paper's formula, or what pytorch-grad-cam makes of it. */
export const variantOption = {
  kind: 'choice',
  name: 'variant',
  label: 'Variant',
  choices: ['paper', 'pytorch-grad-cam'],
  default: 'paper',
} as const;
