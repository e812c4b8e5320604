/** Waits for something that needs no computing, and lets others compute meanwhile. */
export type Waiting = <T>(arrival: Promise<T>) => Promise<T>;

/** Work that computes takes turns, in the order in which it came; while it waits for bytes, others go ahead. */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  async take<T>(work: (waiting: Waiting) => Promise<T>): Promise<T> {
    let end = await this.next();
    let away = false;
    const waiting: Waiting = async (arrival) => {
      // What waits for two things at once has given up its turn already.
      if (away) return arrival;
      away = true;
      end();
      try {
        return await arrival;
      } finally {
        end = await this.next();
        away = false;
      }
    };
    try {
      return await work(waiting);
    } finally {
      end();
    }
  }

  /** @returns what ends the turn, once it has come */
  private async next(): Promise<() => void> {
    const before = this.last;
    let end: () => void = () => undefined;
    this.last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}
