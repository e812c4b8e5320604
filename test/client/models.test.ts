import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeWorker, follow, workers } from '../support/fakeWorker.ts';
import {
  isModelFile,
  isOwnModel,
  modelNamed,
  shortTitle,
  type ChoosableModel,
} from '../../src/client/models.ts';

const lab: ChoosableModel = {
  id: 'lab',
  title: 'SmallCNN, trained on CIFAR-10',
  labels: ['plane', 'car'],
  architecture: 'smallcnn',
  inputSize: 32,
};

describe('a model by its id', () => {
  it('is one that there is, or its untrained twin', () => {
    expect(modelNamed('lab', [lab])).toBe(lab);
    expect(modelNamed('lab@untrained', [lab])).toEqual({
      ...lab,
      id: 'lab@untrained',
      title: 'SmallCNN for 2 classes, untrained',
    });
  });

  it.each(['', 'other', 'other@untrained', '@untrained', 'lab@trained', 'own:1'])(
    'is none for "%s"',
    (id) => expect(modelNamed(id, [lab])).toBeUndefined(),
  );
});

it('state dicts are known by their names', () => {
  const names = ['a.pt', 'B.PTH', 'model.safetensors', 'a.pt.png', 'pt', 'labels.txt'];
  expect(names.filter(isModelFile)).toEqual(['a.pt', 'B.PTH', 'model.safetensors']);
  expect(['own:1', 'own:2@untrained', 'lab'].filter(isOwnModel)).toEqual([
    'own:1',
    'own:2@untrained',
  ]);
  expect(shortTitle('ResNet-18, my.pt')).toBe('ResNet-18');
});

describe("a file of the reader's own", () => {
  const description = ({ model, labels }: { model: string; labels?: string[] }) => ({
    id: model,
    title: 'SmallCNN, my.pt',
    labels: labels ?? ['class 0', 'class 1'],
    architecture: { name: 'smallcnn', inputSize: 32 },
  });
  const file = { file: new Blob(['weights']), name: 'my.pt' };

  async function openPage() {
    vi.resetModules();
    vi.stubGlobal('Worker', FakeWorker);
    vi.stubGlobal('location', { href: 'https://reader.example/chapter/' });
    const files = await import('../../src/client/modelFiles.ts');
    const { $openedModels } = await import('../../src/client/models.ts');
    return { ...files, opened: () => $openedModels.get() };
  }
  beforeEach(() =>
    follow({
      request: (_id, _kind, params) =>
        Promise.resolve({ ok: true, value: description(params as { model: string }) }),
    }),
  );

  it('is offered to all figures once it is open', async () => {
    const page = await openPage();
    const id = await page.openModelFile(file);
    expect(page.opened()).toEqual([
      {
        id,
        title: 'SmallCNN, my.pt',
        labels: ['class 0', 'class 1'],
        architecture: 'smallcnn',
        inputSize: 32,
      },
    ]);
  });

  it('is opened anew with other labels, beside the old one until that is discarded', async () => {
    const page = await openPage();
    const before = await page.openModelFile(file);
    const after = await page.reopenModelFile(before, { labels: ['cat', 'dog'] });
    expect(page.opened().map(({ id }) => id)).toEqual([before, after]);
    page.discardModelFile(before);
    expect(page.opened()).toMatchObject([{ id: after, labels: ['cat', 'dog'] }]);
    await vi.waitFor(() => expect(workers[0]!.asked.at(-1)).toMatchObject({ kind: 'closeModel' }));
  });

  it('that is refused leaves what there is', async () => {
    follow({
      request: async () => ({
        ok: false,
        code: 'invalid-weights',
        message: 'my.pt is no state dict',
      }),
    });
    const page = await openPage();
    await expect(page.openModelFile(file)).rejects.toMatchObject({ code: 'invalid-weights' });
    expect(page.opened()).toEqual([]);
  });

  it.each([
    ['', undefined],
    [' \n\n', undefined],
    ['cat\ndog\n', ['cat', 'dog']],
    ['\ufeffcat\r\n golf ball \r\n\r\n', ['cat', 'golf ball']],
    ['cat\n\ndog', ['cat', '', 'dog']],
  ])('labels %j', async (text, labels) => {
    expect((await openPage()).labelLines(text)).toEqual(labels);
  });
});
