/** Workflow variables. A branch or iteration reads the variables around it; what it assigns stays inside. */
export class Scope {
  private readonly own = new Map<string, unknown>();

  constructor(private readonly outer?: Scope) {}

  /** Every variable that can be read here. */
  visible(): Record<string, unknown> {
    return { ...this.outer?.visible(), ...Object.fromEntries(this.own) };
  }

  assign(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.own.set(name, value);
    }
  }
}
