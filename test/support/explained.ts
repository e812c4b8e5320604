import type { TensorData } from '../../src/engine/layout.ts';
import type { Attribution, ExplainRequest, Method } from '../../src/engine/methods/method.ts';
import type { Run } from '../../src/engine/model.ts';

const target = { kind: 'logit', class: 3 } as const;
const preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

/** A method on a test's own network: the logit of class 3, unless told otherwise. */
export const explained = (
  method: Method,
  run: Run,
  options: ExplainRequest['options'] = {},
  more: Partial<ExplainRequest> = {},
): Promise<Attribution> => method.explain(run, { target, preprocessing, options, ...more });

/** The first number of a detail. */
export const number = (details: Readonly<Record<string, TensorData>>, name: string): number =>
  details[name]!.data[0]!;
