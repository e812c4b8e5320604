import { untrainedSuffix } from '../src/engine/untrainedSuffix.ts';
import { chapterModel, digitsModel, labModel } from '../src/components/figures/figure.ts';
import { EngineError } from '../src/engine/errors.ts';
import type { Ask, FilterCensus } from '../src/worker/protocol.ts';

type Facts = Record<string, string | number>;

const networks = { resnet18: chapterModel, smallcnn: labModel, mnistcnn: digitsModel };

/**
 * What sorts of filter each network's first layer has, `filters.<network>.<sort>`, and the same of
 * its untrained twin, `filters.<network>.untrained.<sort>`. A network that the site does not have
 * is left out.
 */
export async function filterFacts(ask: Ask): Promise<Facts> {
  const facts: Facts = {};
  for (const [network, model] of Object.entries(networks)) {
    const census = await censusIfThere(ask, model);
    if (!census) continue;
    const twin = await ask('filters', { model: `${model}${untrainedSuffix}` });
    Object.assign(facts, {
      ...named(`filters.${network}`, sorts(census)),
      ...named(`filters.${network}.untrained`, sorts(twin)),
      [`filters.${network}.noise`]: percent(noiseOf(census)),
    });
  }
  return facts;
}

async function censusIfThere(ask: Ask, model: string): Promise<FilterCensus | undefined> {
  try {
    return await ask('filters', { model });
  } catch (error) {
    if (error instanceof EngineError && error.code === 'unknown-model') return undefined;
    throw error;
  }
}

const named = (prefix: string, facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`${prefix}.${name}`, value]));

const percent = (share: number) => `${Math.round(100 * share)} percent`;

function sorts({ filters, counts }: FilterCensus): Facts {
  const structured = filters.length - counts.noise - counts.dead;
  return {
    count: filters.length,
    edges: counts.edge + counts.colourEdge,
    colourEdges: counts.colourEdge,
    gratings: counts.grating,
    blobs: counts.blob,
    none: counts.noise,
    dead: counts.dead,
    structured,
    share: percent(structured / filters.length),
  };
}

/** What 19 of 20 filters of white noise stay below with every kind of kernel. */
const noiseOf = ({ filters }: FilterCensus): number =>
  Math.max(...filters[0]!.fits.map(({ noiseFloor }) => noiseFloor));
