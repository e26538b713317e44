/** Values that arrive from outside, passed on to whoever listens. */
export class Announcements<Value> {
  private readonly listeners = new Set<(value: Value) => void>();

  announce(value: Value): void {
    for (const listener of this.listeners) listener(value);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (value: Value) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
