/** Tells the story as it happens: one headline a step, one line an event, with the time since the start. */
export class Reporter {
  private readonly started = Date.now();
  private readonly color: boolean;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.color = stream.isTTY === true && process.env.NO_COLOR === undefined;
  }

  step(number: number, of: number, title: string): void {
    this.stream.write(`\n${this.paint('1', `[${number}/${of}] ${title}`)}\n`);
  }

  /** Something that happened: who did what. */
  line(who: string, what: string): void {
    this.stream.write(`  ${this.paint('2', this.clock())} ${this.paint('36', who.padEnd(16))} ${what}\n`);
  }

  done(what: string, seconds: number): void {
    this.stream.write(`  ${this.paint('32', 'ok')} ${what} ${this.paint('2', `(${seconds.toFixed(1)} s)`)}\n`);
  }

  failed(what: string): void {
    this.stream.write(`  ${this.paint('31', 'FAILED')} ${what}\n`);
  }

  text(text: string): void {
    this.stream.write(`${text}\n`);
  }

  private clock(): string {
    const seconds = (Date.now() - this.started) / 1000;
    return `${seconds.toFixed(1).padStart(6)} s`;
  }

  private paint(code: string, text: string): string {
    return this.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
