/** There is nothing to choose features from; the message tells what to do. */
export class NoFeaturesFound extends Error {
  override readonly name = 'NoFeaturesFound';
}
