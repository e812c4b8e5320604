import Answer from './Answer.astro';
import Aside from './Aside.astro';
import Check from './Check.astro';
import Cite from './Cite.astro';
import CodeBlock from './CodeBlock.astro';
import CodeTabs from './CodeTabs.astro';
import Eq from './Eq.astro';
import EqRef from './EqRef.astro';
import Exercise from './Exercise.astro';
import Fact from './Fact.astro';
import FigRef from './FigRef.astro';
import Figure from './Figure.astro';
import Hint from './Hint.astro';
import KeyInsight from './KeyInsight.astro';
import LabStep from './LabStep.astro';
import Solution from './Solution.astro';
import SourceCode from './SourceCode.astro';
import Symbols from './Symbols.astro';

/** What a page of the chapter may write without importing it, and what code fences become. */
export const proseComponents = {
  Answer,
  Aside,
  Check,
  Cite,
  CodeTabs,
  Eq,
  EqRef,
  Exercise,
  Fact,
  FigRef,
  Figure,
  Hint,
  KeyInsight,
  LabStep,
  Solution,
  SourceCode,
  Symbols,
  pre: CodeBlock,
};
