/** Answer to a request that may be refused: `unknown` = what it names is not there, `invalid` = it is not well put. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'unknown' | 'refused' | 'invalid'; readonly detail: string };
