/** A file can't be backtested: there is nothing in it to learn from, or it is wrong; the message tells what and where. */
export class BacktestError extends Error {
  override readonly name = 'BacktestError';
}
