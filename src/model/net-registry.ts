import type { ModelSpec } from '../core/detector.ts';
import type { Autoencoder, AutoencoderKind } from './autoencoder.ts';
import { ByteReader } from './byte-stream.ts';
import { convNet } from './conv-net.ts';
import { denseNet } from './dense-net.ts';
import type { Kernels } from './kernels.ts';
import { lstmNet } from './lstm-net.ts';
import type { Net, NetName } from './net.ts';
import { netAutoencoder } from './net-autoencoder.ts';
import { variationalNet } from './variational-net.ts';

/** The wiring of every net. */
export const NETS: Readonly<Record<NetName, Net>> = {
  dense: denseNet,
  conv: convNet,
  lstm: lstmNet,
  variational: variationalNet,
};

/** The net that a model type asks for, or `null`. */
export function netOf(type: ModelSpec['type']): NetName | null {
  if (type === 'auto') return 'dense';
  return type === 'linear' || type === 'none' ? null : type;
}

/** How to train a net. */
export function netKind(name: NetName): AutoencoderKind {
  return netAutoencoder(NETS[name]);
}

/** Brings any net back from the bytes of `save`; throws if this strayd does not know its kind. */
export function loadNet(bytes: Uint8Array, kernels: Kernels): Autoencoder {
  const name = new ByteReader(bytes).text();
  if (!Object.hasOwn(NETS, name)) {
    throw new Error(`model holds a net "${name}", which this strayd does not know: train again`);
  }
  return netKind(name as NetName).load(bytes, kernels);
}
