import { conventionChoices } from '../../client/choices.ts';
import {
  concerns,
  keyOf,
  paper,
  settled,
  switches,
  type Conventions,
} from './conventionSwitches.ts';

/** Every combination of switches that makes a map of its own. */
export function combinations(subject: Conventions['subject']): Conventions[] {
  let all: Conventions[] = [{ ...paper, subject }];
  for (const { name } of switches.filter((each) => concerns(each.name, subject)))
    all = all.flatMap((conventions) =>
      conventionChoices[name].map((value) => ({ ...conventions, [name]: value }) as Conventions),
    );
  return [...new Map(all.map((each) => [keyOf(each), settled(each)])).values()];
}
