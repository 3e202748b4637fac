/** The tuning can't be done; the message tells why and what to do. */
export class TuneError extends Error {
  override readonly name = 'TuneError';
}
