/** How one piece of the reader's state stands in the URL. */
export interface Field<T> {
  readonly initial: T;
  /** Undefined for anything that is not a value of the field. */
  parse(text: string): T | undefined;
}

export const oneOf = <T extends string>(initial: NoInfer<T>, values: readonly T[]): Field<T> => ({
  initial,
  parse: (text) => values.find((value) => value === text),
});

export const word = (initial: string): Field<string> => ({ initial, parse: (text) => text });

export const numeric = (initial: number, least: number, most: number): Field<number> => ({
  initial,
  parse(text) {
    const value = Number(text);
    return text !== '' && value >= least && value <= most ? value : undefined;
  },
});

export const whole = (initial: number, least: number, most: number): Field<number> => ({
  initial,
  parse(text) {
    const value = numeric(initial, least, most).parse(text);
    return Number.isInteger(value) ? value : undefined;
  },
});

/** Whole numbers from 0 to 4095 with dots between them, each once: `3.17.217`. */
export const indices = (most: number): Field<string> => ({
  initial: '',
  parse(text) {
    const values = text.split('.').filter((part) => /^\d{1,4}$/.test(part) && Number(part) < 4096);
    const unique = [...new Set(values.map(Number))].slice(0, most).join('.');
    return unique === '' ? undefined : unique;
  },
});

/** A class by its index, or by one of some words. */
export const classOr = <T extends string>(
  initial: NoInfer<T>,
  words: readonly T[],
): Field<number | T> => ({
  initial,
  parse: (text) => words.find((value) => value === text) ?? whole(0, 0, 9999).parse(text),
});

/** Options of a method, `samples-20_sigma-0.1`: what a method does not have or allow is dropped where it is read. */
export const settings: Field<string> = {
  initial: '',
  parse(text) {
    const known = text.split('_').filter((part) => /^[a-zA-Z]+-[\w.-]+$/.test(part));
    return known.length > 0 ? known.slice(0, 16).join('_') : undefined;
  },
};

/** A cut-out with its centre, its width and whether it is mirrored, `husky.210.190.150.m`, or `none`. */
export const placed: Field<string> = {
  initial: '',
  parse: (text) => (/^(none|[a-z-]+(\.\d{1,3}){3}(\.m)?)$/.test(text) ? text : undefined),
};
