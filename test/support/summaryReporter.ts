import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** Prints why each test was skipped and, as the very last line, `N passed, N failed, N skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => cases.filter((test) => test.result().state === state);
    const broken = modules.filter((module) => module.errors().length > 0);
    const skipped = inState('skipped');
    for (const test of skipped)
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reason(test)}`);
    const failed = inState('failed').length + broken.length + unhandled.length;
    console.log(`${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}

function reason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}
