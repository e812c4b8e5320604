import { EngineError } from '../errors.ts';
import type { Method } from './method.ts';

/**
 * The option values of a request, defaults filled in.
 * @throws {EngineError} `invalid-option` naming what is known and allowed
 */
export function resolveOptions(
  method: Pick<Method, 'id' | 'options'>,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = method.options.map((option) => option.name);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new EngineError(
        'invalid-option',
        `unknown option: ${name}, ${method.id} has ${names.length > 0 ? names.join(', ') : 'none'}`,
      );
  return Object.fromEntries(
    method.options.map((option) => {
      const value = given[option.name] ?? option.default;
      if (!option.choices.includes(value))
        throw new EngineError(
          'invalid-option',
          `invalid ${option.name}: ${value}, expected one of ${option.choices.join(', ')}`,
        );
      return [option.name, value];
    }),
  );
}
