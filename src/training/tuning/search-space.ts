import type { ModelSpec } from '../../core/detector.ts';
import type { Random } from '../../core/random.ts';
import { createRandom, deriveSeed } from '../../core/random.ts';

/** What a tuning searches; the windows are no part of it, as nothing unsupervised can choose among them (RECIPE §1.11). */
export type ModelSettings = Pick<ModelSpec, 'learningRate' | 'batchSize' | 'layers' | 'bottleneck' | 'noise'>;

const LEARNING_RATES = { least: 3e-4, most: 5e-3 };
const BATCH_SIZES = [64, 128, 256, 512];
const LAYERS = [
  [128, 64, 32],
  [256, 128, 64],
  [256, 64, 16],
  [128, 32],
  [64, 32, 16],
  [64, 16],
];
/**
 * Not far from 0.9: the loss and injected faults both favour ever wider ones, labelled incidents don't (VUS-PR of the linear model on
 * JumpStarter's Dataset2: .504 at 0.8, .517 at 0.9, .479 at 0.97).
 */
const BOTTLENECKS = [0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94];
const NOISES = [0, 0.05, 0.1, 0.2, 0.3, 0.5];
/** Draws without anything new before the space counts as used up. */
const MOST_REPEATS = 50;

/** What a configuration has now. */
export function presentSettings(model: ModelSpec): ModelSettings {
  const { learningRate, batchSize, layers, bottleneck, noise } = model;
  return { learningRate, batchSize, layers, bottleneck, noise };
}

/**
 * At most `count` different settings, the present ones first, the others drawn at random. A model without a net has the
 * bottleneck alone to choose. More candidates from the same seed begin with the same ones.
 */
export function drawCandidates(model: ModelSpec, count: number, seed: number): ModelSettings[] {
  const random = createRandom(deriveSeed(seed, 'candidates'));
  const present = presentSettings(model);
  const candidates = [present];
  const known = new Set([JSON.stringify(present)]);
  for (let repeats = 0; candidates.length < count && repeats < MOST_REPEATS;) {
    const drawn =
      model.type === 'linear' ? { ...present, bottleneck: pick(BOTTLENECKS, random) } : draw(random);
    const key = JSON.stringify(drawn);
    if (known.has(key)) {
      repeats++;
      continue;
    }
    known.add(key);
    candidates.push(drawn);
    repeats = 0;
  }
  return candidates;
}

function draw(random: Random): ModelSettings {
  const { least, most } = LEARNING_RATES;
  return {
    learningRate: Number((least * (most / least) ** random.next()).toPrecision(2)),
    batchSize: pick(BATCH_SIZES, random),
    layers: pick(LAYERS, random),
    bottleneck: pick(BOTTLENECKS, random),
    noise: pick(NOISES, random),
  };
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
