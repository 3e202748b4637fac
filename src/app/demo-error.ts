/** The demo can't go on for a reason that lies outside of it; the message says what to do. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** Someone ended the demo before it was through. */
export class DemoInterrupted extends Error {
  override readonly name = 'DemoInterrupted';
}
