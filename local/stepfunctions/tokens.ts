import { ServiceError } from '../core/service';
import type { TokenHandlers, TokenRegistry } from './interpreter/execution';

/** Closed tokens that are remembered, so that late answers are told from wrong ones. */
const REMEMBERED = 10_000;

/** Task tokens that executions wait for. */
export class Tokens implements TokenRegistry {
  private readonly waiting = new Map<string, TokenHandlers>();
  private readonly closed = new Set<string>();

  open(token: string, handlers: TokenHandlers): void {
    this.waiting.set(token, handlers);
  }

  close(token: string): void {
    this.waiting.delete(token);
    if (this.closed.size >= REMEMBERED) {
      this.closed.clear();
    }
    this.closed.add(token);
  }

  /** @throws ServiceError `TaskTimedOut` for a token that nobody waits for any more, `InvalidToken` for one that never was */
  find(token: string): TokenHandlers {
    const handlers = this.waiting.get(token);
    if (handlers !== undefined) {
      return handlers;
    }
    throw this.closed.has(token)
      ? new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
      : new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
}
