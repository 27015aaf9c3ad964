/** What every store may answer. */

/** The store answered that it takes no more for now; the caller should answer 503 with Retry-After. */
export class StoreBusy extends Error {
  constructor(cause?: unknown) {
    super('the store is busy', { cause });
    this.name = 'StoreBusy';
  }
}
