import {
  loadLedger,
  ledgerView,
  type LedgerView,
} from '../src/components/figures/evidenceLedger.ts';
import { alphaView, loadAlpha } from '../src/components/figures/alphaIsW.ts';
import { labModel, type Subject } from '../src/components/figures/figure.ts';
import { numberText } from '../src/draw/numberText.ts';
import type { Ask } from '../src/worker/protocol.ts';

type Facts = Record<string, string | number>;

async function ledger(ask: Ask, subject: Subject, layer: string): Promise<LedgerView> {
  const data = await loadLedger(ask, subject, { model: labModel, layer });
  return ledgerView(data, { rows: 'cells', sort: 'contribution', open: -1, opacity: 1 });
}

/** Whether the cells of the last block, and of the one before, add up to the logit; how good a mean alpha is there. */
export async function camFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const last = await ledger(ask, subject, 'features.5');
  const before = await ledger(ask, subject, 'features.4');
  const data = await loadAlpha(ask, subject, { model: labModel, layer: 'features.4' });
  const alpha = alphaView(data, { channel: -1 });
  const share = last.lines[0]!.value / last.total;
  return {
    'alpha.spread': numberText(alpha.spread, 2),
    'alpha.mixed': `${alpha.mixed} of ${alpha.points.length}`,
    'ledger.cells': last.lines.length,
    'ledger.total': numberText(last.total, 5),
    'ledger.bias': numberText(last.bias, 3),
    'ledger.logit': numberText(last.logit, 5),
    'ledger.residual': last.residual === 0 ? 'nothing' : numberText(last.residual, 1),
    'ledger.largestShare': `${Math.round(100 * share)} percent`,
    'ledger.gap': numberText(before.residual, 3),
  };
}
