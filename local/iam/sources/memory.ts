/** Values that are loaded once and kept until somebody says that they have changed. */
export class Memory<T> {
  private readonly values = new Map<string, Promise<T>>();

  /** A failed load is not kept. */
  async get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.values.get(key);
    if (known !== undefined) {
      return known;
    }
    const loading = load();
    this.values.set(key, loading);
    loading.catch(() => {
      if (this.values.get(key) === loading) {
        this.values.delete(key);
      }
    });
    return loading;
  }

  /** Forgets one key, or all that begin with a text that ends in `*`. What is being loaded for them is not kept either. */
  drop(key: string): void {
    if (!key.endsWith('*')) {
      this.values.delete(key);
      return;
    }
    const start = key.slice(0, -1);
    for (const known of this.values.keys()) {
      if (known.startsWith(start)) {
        this.values.delete(known);
      }
    }
  }
}
