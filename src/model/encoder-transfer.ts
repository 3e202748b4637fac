import { createRandom, deriveSeed } from '../core/random.ts';
import type { Activation, StackLayer } from './layer-stack.ts';
import { newLayers } from './layer-stack.ts';
import type { StackEpoch, StackOptions } from './train-stack.ts';
import { trainStack } from './train-stack.ts';

/** Rows without labels, `[count, inputs]`. */
export interface UnlabelledRows {
  readonly count: number;
  readonly inputs: Float32Array;
}

/** The front half of a trained autoencoder. */
export interface PretrainedEncoder {
  readonly encoder: readonly StackLayer[];
  readonly curve: readonly StackEpoch[];
}

/** An encoder that has learned nothing yet: layers of the given widths, inputs first, each with an ELU. */
export function newEncoder(widths: readonly number[], seed: number): StackLayer[] {
  const activations = widths.slice(1).map((): Activation => 'elu');
  return newLayers(widths, activations, createRandom(deriveSeed(seed, 'encoder')));
}

/**
 * Trains an encoder on rows between 0 and 1 without labels: a decoder of the mirrored widths with a sigmoid at its end is
 * put behind it, both learn to give back the rows, and the decoder is dropped.
 */
export async function pretrainEncoder(
  encoder: readonly StackLayer[],
  rows: { readonly training: UnlabelledRows; readonly validation: UnlabelledRows },
  options: StackOptions,
): Promise<PretrainedEncoder> {
  const widths = encoder.map(({ weights, bias }) => weights.length / bias.length);
  const mirrored = [encoder.at(-1)?.bias.length ?? 0, ...widths.toReversed()];
  const activations = encoder.map((_, index) => (index === encoder.length - 1 ? 'sigmoid' : 'elu'));
  const decoder = newLayers(mirrored, activations, createRandom(deriveSeed(options.seed, 'decoder')));
  const { layers, curve } = await trainStack(
    [...encoder, ...decoder],
    {
      training: { ...rows.training, targets: rows.training.inputs },
      validation: { ...rows.validation, targets: rows.validation.inputs },
    },
    options,
  );
  return { encoder: layers.slice(0, encoder.length), curve };
}

/** Puts a new softmax over `classes` behind an encoder: a classifier, to be trained as a whole with `trainStack`. */
export function withClasses(encoder: readonly StackLayer[], classes: number, seed: number): StackLayer[] {
  const width = encoder.at(-1)?.bias.length ?? 0;
  return [...encoder, ...newLayers([width, classes], ['softmax'], createRandom(deriveSeed(seed, 'classes')))];
}
