/**
 * Polls until a value is there.
 *
 * @throws Error saying what was waited for, how long, and the last thing seen.
 */
export async function waitFor<T>(
  what: string,
  poll: () => Promise<T | undefined>,
  options: { readonly seconds: number; readonly everyMilliseconds?: number; readonly lastSeen?: () => string },
): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  for (;;) {
    const value = await poll();
    if (value !== undefined) {
      return value;
    }
    if (Date.now() > deadline) {
      const seen = options.lastSeen?.();
      throw new Error(`waited ${options.seconds} s for ${what}${seen === undefined ? '' : `; last seen: ${seen}`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMilliseconds ?? 100));
  }
}

const ABSENT: readonly string[] = ['ValidationException', 'ResourceNotFound', 'ResourceNotFoundException', 'NoSuchBucket', 'StateMachineDoesNotExist'];

/** What a call found, or `undefined` where the thing it asks for does not exist. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && ABSENT.includes(error.name)) {
      return undefined;
    }
    throw error;
  }
}
