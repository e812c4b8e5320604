import { EngineError } from '../../src/engine/errors.ts';

/**
 * A class by its index or its label; the predicted one where none is named.
 * @throws {EngineError} `invalid-option`
 */
export function classChoice(
  wanted: string | undefined,
  labels: readonly string[],
): number | 'predicted' {
  if (wanted === undefined || wanted === 'predicted') return 'predicted';
  const named = labels.indexOf(wanted);
  if (named >= 0) return named;
  const index = /^\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (index < labels.length) return index;
  throw new EngineError(
    'invalid-option',
    `unknown class: ${wanted}, expected 0 to ${labels.length - 1} or one of ${labels.join(', ')}`,
  );
}
