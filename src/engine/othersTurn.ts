/** Lets messages and requests in between two parts of long work: one that cancels it, for example. */
export const othersTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
