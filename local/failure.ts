/** An expected failure of a command: one line for the user that says what is wrong and what to do. */
export class Failure extends Error {
  constructor(what: string, remedy?: string, options?: ErrorOptions) {
    super(remedy ? `${what}; ${remedy}` : what, options);
    this.name = 'Failure';
  }
}
