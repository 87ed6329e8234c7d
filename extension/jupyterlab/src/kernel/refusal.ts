import type { ErrorKind, ErrorObject } from '@heatline/protocol';

/** A request that was not answered: one line for the person, and what they can do. */
export class Refusal extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    /** Empty where nothing is known. */
    readonly nextStep = '',
    /** Of the person's own code, for the log. */
    readonly traceback = '',
  ) {
    super(message);
    this.name = 'Refusal';
  }

  static of(error: ErrorObject): Refusal {
    return new Refusal(error.data.kind, error.message, error.data.next_step, error.data.traceback);
  }
}

export function cancelled(message: string): Refusal {
  return new Refusal('cancelled', message);
}
