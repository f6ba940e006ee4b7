/** Something that the machine lacks, or that could not be fetched: the message says what and how to mend it. */
export class SetupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SetupError';
  }
}
