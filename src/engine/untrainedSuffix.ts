/** Ending of the id of a model's untrained twin: same layers, seeded initialisation, no file. */
export const untrainedSuffix = '@untrained';
