/** Which random numbers: the same seed gives the same map. */
export const seedOption = {
  kind: 'number',
  name: 'seed',
  label: 'Seed',
  min: 0,
  max: 9999,
  step: 1,
  default: 1,
  integer: true,
} as const;
