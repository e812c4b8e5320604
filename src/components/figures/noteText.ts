import { numberText, percentText } from '../../draw/numberText.ts';
import type { Note } from '../../worker/protocol.ts';

/** Two numbers that differ in print, if they differ at all. */
function apart(low: number, high: number): [string, string] {
  for (let digits = 3; digits < 8; digits++) {
    const texts: [string, string] = [numberText(low, digits), numberText(high, digits)];
    if (texts[0] !== texts[1]) return texts;
  }
  return [numberText(low), numberText(high)];
}

/**
 * What there is to say about a map, in one or two sentences.
 * @param target in words, such as `the logit of horse`
 */
export function noteText(note: Note, target: string): string {
  switch (note.code) {
    case 'all-negative': {
      const [low, high] = apart(note.min, note.max);
      return (
        `Nothing but zeros, and rightly so: no position speaks for ${target}. Before the ReLU the ` +
        `map runs from ${low} to ${high}.`
      );
    }
    case 'zero-gradient':
      return `Blank, because ${target} does not depend on this layer: its gradient is 0 everywhere.`;
    case 'zero-activation':
      return 'Blank, because every unit of this layer is silent.';
    case 'zero-map':
      return 'The map is 0 everywhere: what speaks for and against cancels exactly.';
    case 'constant-map':
      return `The map is ${numberText(note.value)} everywhere, so that it says nothing about places.`;
    case 'saturated-softmax':
      return (
        `The probability is ${percentText(note.probability)} and hardly moves any more: this is the ` +
        `logit’s pull made ${numberText(1 / note.slope, 2)} times weaker by the softmax.`
      );
    case 'uncertain-sign': {
      const [low, high] = apart(note.min, note.max);
      return (
        `The sign is a toss-up: a principal component has none of its own, and its two ends, ` +
        `${low} and ${high}, are nearly as far out.`
      );
    }
    case 'zero-divisor':
      return (
        `${note.count === 1 ? 'One channel has' : `${note.count} channels have`} the weight 0, ` +
        `because its formula would divide by 0.`
      );
  }
}
