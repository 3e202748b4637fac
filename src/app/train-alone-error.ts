/** The store can't be had for work without the daemon; the message tells why and what to do. */
export class TrainAloneError extends Error {
  override readonly name = 'TrainAloneError';
}
