/** A model can't be put to use, taken in or found; the message says why and what there is. */
export class ModelRefusal extends Error {
  override readonly name = 'ModelRefusal';
  /** Whether what was asked for does not exist, or may not be done. */
  readonly kind: 'unknown' | 'refused';

  constructor(kind: 'unknown' | 'refused', message: string) {
    super(message);
    this.kind = kind;
  }
}
