/**
 * The catalogue of errors that an operator can meet. Each has a code, a sentence that says what to do, and a row in
 * docs/operate/errors.md; a test keeps the two equal. Bad input from the wire is never an error here: it ends in a
 * protocol answer.
 */
export const ERRORS = {
  STOX_CONFIG_INVALID: 'Correct the configuration; every problem is listed with its place.',
  STOX_BUS_UNAVAILABLE: 'Start the NATS server named by `bus`, or correct its address.',
  STOX_STORE_UNAVAILABLE: 'Start the Redis server named by `store`, or correct its address.',
  STOX_PORT_UNAVAILABLE: 'Stop what holds the port, or set another one.',
  STOX_INTERNAL: 'This is a bug: please report it with the log lines before it.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

export class StoxgateError extends Error {
  override readonly name = 'StoxgateError';
  readonly code: ErrorCode;
  readonly detail: string;

  /** @param detail what exactly was wrong, without secrets; follows the catalogue's sentence. */
  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(`${detail} ${ERRORS[code]} [${code}]`, options);
    this.code = code;
    this.detail = detail;
  }
}
