import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/worker/turns.ts';

/** A promise that is settled from outside. */
function arrival() {
  let arrive: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (arrive = resolve));
  return { promise, arrive };
}

describe('turns', () => {
  it('come one after the other, in the order in which they were asked for', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push(`${name} ends`);
    };
    await Promise.all([turns.take(work('a')), turns.take(work('b'))]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('pass on the result and the failure, after which the next one comes', async () => {
    const turns = new Turns();
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(async () => 7);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe(7);
  });

  it('are given up while waiting, and taken again afterwards', async () => {
    const turns = new Turns();
    const bytes = arrival();
    const log: string[] = [];
    const first = turns.take(async (waiting) => {
      log.push('first waits');
      await waiting(bytes.promise);
      log.push('first goes on');
    });
    await turns.take(async () => void log.push('second'));
    const third = turns.take(async () => {
      log.push('third begins');
      bytes.arrive();
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push('third ends');
    });
    await Promise.all([first, third]);
    expect(log).toEqual(['first waits', 'second', 'third begins', 'third ends', 'first goes on']);
  });

  it('survive waiting in vain, and for two things at once', async () => {
    const turns = new Turns();
    const bytes = arrival();
    const first = turns.take(async (waiting) => {
      await expect(waiting(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
      await Promise.all([waiting(bytes.promise), waiting(bytes.promise)]);
      return 'first';
    });
    await turns.take(async () => bytes.arrive());
    expect(await first).toBe('first');
    expect(await turns.take(async () => 'last')).toBe('last');
  });
});
