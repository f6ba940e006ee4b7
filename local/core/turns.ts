/** Lets work with the same key run one after the other, in order of arrival. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    // The chain goes on whether the work succeeds or not; the failure is the caller's.
    const settled = mine.then(() => undefined, () => undefined);
    this.last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === settled) {
        this.last.delete(key);
      }
    }
  }
}
