import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import type { Worst } from './worst.ts';

/** Prints the largest errors, notes, why tests were skipped and, as the very last line, `N passed, N failed, N skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => cases.filter((test) => test.result().state === state);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0);
    printWorst(cases);
    for (const note of cases.flatMap((test) => test.meta().notes ?? []))
      console.log(`note: ${note}`);
    const skipped = inState('skipped');
    for (const test of skipped)
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reason(test)}`);
    const failed = inState('failed').length + broken.length + unhandled.length;
    console.log(`${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}

/** The largest relative error of each group of comparisons with PyTorch. */
function printWorst(cases: readonly TestCase[]): void {
  const largest = new Map<string, Worst>();
  for (const { worst } of cases.map((test) => test.meta()))
    if (worst && !(worst.error < (largest.get(worst.group)?.error ?? 0)))
      largest.set(worst.group, worst);
  for (const { group, where, error, bound } of largest.values())
    console.log(
      `largest error, ${group}: ${error.toExponential(1)} at ${where} (allowed: ${bound})`,
    );
}

function reason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}
