import { numberText } from '../../draw/numberText.ts';
import type { MapsView } from './featureMaps.ts';
import { parametersText } from './networkDiagram.ts';

/** What is said of a layer's maps. */
export interface FeatureMapsTexts {
  /** Follows the layer's name. */
  readonly title: string;
  /** The wall, for those who do not see it. */
  readonly wall: string;
  readonly silence: string;
  /** On which picture, where there are two. */
  readonly on: (picture: number) => string;
}

interface Shown {
  readonly layer: string;
  readonly maps: MapsView;
  /** Of the pictures. */
  readonly titles: readonly string[];
}

const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;

function silenceText({ maps, titles }: Shown): string {
  const [channels] = maps.shape as [number];
  const [silent, ...others] = maps.silentChannels as [number, ...number[]];
  const [share, ...otherShares] = maps.silentShare as [number, ...number[]];
  const be = silent === 1 ? 'is' : 'are';
  const also = otherShares.map(
    (other, i) => `; on ${titles[i + 1]} ${percent(other)} and ${others[i]}`,
  );
  const part = `${silent} of ${channels} channels (${percent(silent / channels)})`;
  if (maps.signed)
    return (
      `Where no ReLU has been, negative values are normal: ${percent(share)} of the cells are not above zero. ` +
      `${part} ${be} nowhere above it${also.join('')}.`
    );
  return `Of an average map ${percent(share)} of the cells are zero, and ${part} ${be} zero in every cell${also.join('')}.`;
}

export function featureMapsTexts(shown: Shown): FeatureMapsTexts {
  const { layer, maps, titles } = shown;
  const [channels, height, width] = maps.shape as [number, number, number];
  const [low, high] = maps.range;
  return {
    title: ` (${maps.type}, ${parametersText(maps.parameters)}): ${channels} maps of ${height}×${width}`,
    wall:
      `Feature maps of ${layer}, ${channels} channels of ${height} by ${width}: values from ` +
      `${numberText(low)} to ${numberText(high)}, largest in channel ${maps.strongest}; ` +
      `${maps.silentChannels.join(' and ')} channels nowhere above zero`,
    silence: silenceText(shown),
    on: (picture) => (titles.length > 1 ? `, ${titles[picture]}` : ''),
  };
}
