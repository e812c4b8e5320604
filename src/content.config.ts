import { statSync } from 'node:fs';
import { defineCollection } from 'astro:content';
import { file, glob } from 'astro/loaders';
import { z } from 'astro/zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const positive = z.number().int().positive();
const text = z.string().trim().min(1);

const chapter = defineCollection({
  loader: glob({ pattern: '*.mdx', base: './src/content/chapter' }),
  schema: z.strictObject({
    title: text,
    number: text.optional(),
    navTitle: text,
    order: z.number(),
    level: z.enum(['Beginner', 'Intermediate']).optional(),
    description: text,
    objectives: z.array(text).optional(),
    epigraph: z.strictObject({ text, speaker: text }).optional(),
  }),
});

const weightFile = z.object({
  file: text,
  bytes: positive,
  sha256,
  header: sha256,
  tensors: z.record(text, sha256),
});

const models = defineCollection({
  loader: glob({
    pattern: '*/model.json',
    base: './public/models',
    generateId: ({ entry }) => entry.replace(/\/model\.json$/, ''),
  }),
  schema: z
    .object({
      id: text,
      title: text,
      architecture: z.object({
        name: text,
        inputChannels: positive,
        inputSize: positive,
        classCount: positive,
      }),
      labels: z.array(text),
      preprocessing: z.object({
        width: positive,
        height: positive,
        colour: z.enum(['rgb', 'grey']),
        mean: z.array(z.number()),
        std: z.array(z.number().positive()),
        resize: text,
      }),
      weights: weightFile,
      history: weightFile.extend({ tensor: text }).optional(),
      conventions: weightFile.optional(),
      parameters: positive,
      data: z.object({ name: text }).catchall(z.string()),
      licence: text,
      recipe: z.record(
        text,
        z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]),
      ),
      metrics: z.looseObject({
        accuracy: z.number().min(0).max(1),
        images: positive,
        precision: text,
        perClass: z.record(text, z.number()).optional(),
      }),
      date: z.iso.date(),
    })
    .superRefine((model, context) => {
      const { labels, architecture, preprocessing } = model;
      agree(context, 'labels', labels.length, architecture.classCount);
      agree(context, 'preprocessing.mean', preprocessing.mean.length, architecture.inputChannels);
      agree(context, 'preprocessing.std', preprocessing.std.length, architecture.inputChannels);
      for (const part of [model.weights, model.history, model.conventions]) {
        if (part) fileOf(context, `public/models/${model.id}/${part.file}`, part.bytes);
      }
    }),
});

const pictures = defineCollection({
  loader: file('public/images/credits.json', { parser: rowsOf }),
  schema: z
    .strictObject({
      id: text,
      list: z.enum(['pictures', 'cutouts', 'backgrounds', 'samples']),
      name: text,
      file: text,
      title: text,
      /** What it shows, in the labels of any model. */
      classes: z.array(text).optional(),
      description: text.optional(),
      kind: z.enum(['photograph', 'composition', 'painting']).optional(),
      width: positive,
      height: positive,
      bytes: positive,
      sha256,
      sources: z
        .array(
          z.strictObject({
            title: text,
            author: text,
            licence: text,
            licenceUrl: z.url(),
            source: text,
            package: text.optional(),
          }),
        )
        .min(1),
      licence: text,
      changes: text,
    })
    .superRefine((picture, context) => {
      fileOf(context, `public/images/${picture.file}`, picture.bytes);
    }),
});

export const collections = { chapter, models, pictures };

/** The lists of credits.json as one: ids become `list/id`, the file's own id is the `name`. */
function rowsOf(json: string): Record<string, unknown>[] {
  const lists = JSON.parse(json) as Record<string, { id: string }[]>;
  return Object.entries(lists).flatMap(([list, rows]) =>
    rows.map((row) => ({ ...row, list, name: row.id, id: `${list}/${row.id}` })),
  );
}

function agree(context: z.RefinementCtx, what: string, count: number, expected: number): void {
  if (count === expected) return;
  context.addIssue({
    code: 'custom',
    path: [what],
    message: `${what} has ${count} entries, expected ${expected}`,
  });
}

function fileOf(context: z.RefinementCtx, path: string, bytes: number): void {
  const found = statSync(path, { throwIfNoEntry: false })?.size;
  if (found === bytes) return;
  const state = found === undefined ? 'is missing' : `has ${found} bytes`;
  const message = `${path} ${state}, expected ${bytes} bytes`;
  context.addIssue({ code: 'custom', path: ['file'], message });
}
