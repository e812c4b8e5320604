import sharp from 'sharp';
import {
  loadReportCard,
  meanChannel,
  reportCardData,
} from '../../src/components/figures/reportCardFigure.ts';
import { createGlyphText } from '../../src/draw/glyphText.ts';
import { percentText } from '../../src/draw/numberText.ts';
import { reportCardSize } from '../../src/draw/reportCard.ts';
import { reportCardSvg } from '../../src/draw/reportCardSheet.ts';
import { readPicture } from '../nodePicture.ts';
import { classChoice } from './classChoice.ts';
import {
  ending,
  modelFlags,
  optional,
  text,
  UsageError,
  type Command,
  type Given,
} from './command.ts';
import { writeBytes } from './files.ts';
import { engineWithModel } from './modelChoice.ts';

/** @throws {UsageError} unless it is a channel's index or `mean` */
function channelChoice(given: Given): number {
  const wanted = text(given, 'channel');
  if (wanted === 'mean') return meanChannel;
  if (!/^\d+$/.test(wanted))
    throw new UsageError(`invalid --channel: ${wanted}, expected mean or a number from 0`);
  return Number(wanted);
}

/** The lab's 2x3 figure for one picture, letters as outlines, so that it is the same on every machine. */
export const reportCardCommand: Command = {
  name: 'report-card',
  summary: "write the lab's figure, cnn_report_card.png, for a picture",
  operands: ['PICTURE'],
  flags: {
    ...modelFlags,
    class: {
      type: 'string',
      value: 'N|LABEL',
      describe: 'the class the maps explain; the predicted class',
    },
    true: { type: 'string', value: 'LABEL', describe: 'what the picture shows, for the title' },
    layer: {
      type: 'string',
      value: 'L',
      describe: 'module of the feature map; the block in the middle',
    },
    channel: { type: 'string', value: 'N|mean', describe: 'its channel', default: 'mean' },
    out: {
      type: 'string',
      value: 'CARD.png',
      describe: `${reportCardSize.width}×${reportCardSize.height} pixels at ${reportCardSize.dpi} dpi`,
      required: true,
    },
  },
  async run(given, [path]) {
    ending(given, 'out', ['.png']);
    const channel = channelChoice(given);
    const bitmap = await readPicture(path!);
    const { ask, model, labels, modules } = await engineWithModel(given);
    const layer = optional(given, 'layer') ?? '';
    if (layer !== '' && !modules.some(({ name }) => name === layer))
      throw new Error(
        `unknown layer: ${layer}, expected one of ${modules.map(({ name }) => name).join(', ')}`,
      );
    const numbers = await loadReportCard(
      ask,
      {
        picture: { key: path!, bitmap },
        target: { kind: 'logit', class: classChoice(optional(given, 'class'), labels) },
      },
      { model, layer },
    );
    const channels = numbers.maps.shape[1]!;
    if (channel >= channels)
      throw new Error(`unknown channel: ${channel}, ${numbers.layer} has 0 to ${channels - 1}`);
    const card = reportCardData(numbers, { channel, trueLabel: optional(given, 'true') });
    const png = await sharp(Buffer.from(reportCardSvg(card, createGlyphText())))
      .flatten({ background: 'white' })
      .png({ compressionLevel: 9 })
      .withMetadata({ density: reportCardSize.dpi })
      .toBuffer();
    await writeBytes(text(given, 'out'), png);
    return `${card.predictedLabel} (${percentText(card.probability!)}), to ${text(given, 'out')}`;
  },
};
