import { Document, isSeq } from 'yaml';
import type { ModelSpec } from '../core/detector.ts';

/** A detector's `model` as it is written in the configuration, every key with its value. */
export function modelBlock(model: ModelSpec): string {
  const document = new Document({ model: writtenModel(model) });
  const layers = document.getIn(['model', 'layers'], true);
  if (isSeq(layers)) layers.flow = true;
  return document.toString({ flowCollectionPadding: false });
}

/** The same as plain values. */
export function writtenModel(model: ModelSpec): Readonly<Record<string, unknown>> {
  return {
    type: model.type,
    layers: model.layers,
    bottleneck: model.bottleneck,
    noise: model.noise,
    loss: model.loss,
    learning_rate: model.learningRate,
    batch_size: model.batchSize,
    max_epochs: model.maxEpochs,
    backend: model.backend,
    seed: model.seed,
    ...(model.ownNets === undefined ? {} : { own_nets: [...model.ownNets] }),
  };
}
