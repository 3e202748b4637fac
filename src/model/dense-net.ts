import { denseStack, denseWeights } from './dense-stack.ts';
import { weightTaker } from './net.ts';
import type { Net } from './net.ts';

/**
 * A symmetric net of dense layers with ELU, linear at bottleneck and output. Finds bends that a linear autoencoder can't; poor alone,
 * worth its weight beside the linear ones. Needs some thousand windows.
 */
export const denseNet: Net = {
  name: 'dense',
  hidden: (widths) => widths,
  widths: ({ hidden }) => hidden,
  weights: ({ steps, features, hidden, latent }) => [
    ...denseWeights([steps * features, ...hidden, latent]),
    ...denseWeights([latent, ...hidden.toReversed(), steps * features]),
  ],
  noiseWidth: () => 0,
  forward: (windows, weights, { hidden }) => {
    const take = weightTaker(weights);
    const codes = denseStack(windows, hidden.length + 1, take);
    return { windows: denseStack(codes, hidden.length + 1, take), penalty: null };
  },
};
