/** There is nothing to look back at; the message says what there is instead. */
export class LookBackRefusal extends Error {
  override readonly name = 'LookBackRefusal';
  /** Whether what was asked for does not exist, or is asked for in the wrong way. */
  readonly kind: 'unknown' | 'refused';

  constructor(kind: 'unknown' | 'refused', message: string) {
    super(message);
    this.kind = kind;
  }
}
