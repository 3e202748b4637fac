import { plural } from '../core/plural.ts';
import type { DetectorTuning } from '../app/tune-detector.ts';
import { modelBlock } from '../config/model-block.ts';
import type { DetectorSpec, ModelSpec } from '../core/detector.ts';
import type { Gain, Interval } from '../training/tuning/judge-gain.ts';
import type { ModelSettings } from '../training/tuning/search-space.ts';
import { renderTable } from './table.ts';

/** What the configuration should say: the tuned settings if they gain more than noise, else what it says now. */
function recommendedModel(spec: DetectorSpec, { best, candidates, gain }: DetectorTuning): ModelSpec {
  const tuned = gain?.isReal === true ? candidates[best ?? 0] : undefined;
  return { ...spec.model, ...tuned };
}

/** A block to put in place of the detector's `model`, with what is known of it. */
export function tuningSnippet(spec: DetectorSpec, tuning: DetectorTuning): string {
  const head = [`Detector ${spec.name}, windows ${spec.windows.join(', ')}.`, ...verdictOf(tuning)];
  const comment = head.map((line) => `# ${line}\n`).join('');
  return `${comment}${modelBlock(recommendedModel(spec, tuning))}`;
}

/** Table of the trials, and the snippet with the verdict, for people. */
export function tuningText(spec: DetectorSpec, tuning: DetectorTuning): string {
  const furthest = new Map(tuning.results.map((one) => [one.candidate, one]));
  const rows = [...furthest.values()]
    .sort((a, b) => b.rung - a.rung || a.candidate - b.candidate)
    .map(({ candidate, rung, validationLoss, logRatio }) => [
      candidate === 0 ? 'present' : String(candidate),
      ...cells(tuning.candidates[candidate]),
      String(rung + 1),
      validationLoss.toFixed(4),
      logRatio.toFixed(3),
    ]);
  const header = ['', 'learning rate', 'batch', 'layers', 'bottleneck', 'noise', 'round', 'validation loss'];
  return [renderTable([...header, 'in : out of faults, ln'], rows), '', tuningSnippet(spec, tuning)].join(
    '\n',
  );
}

/** The same for programs. */
export function tuningJson(spec: DetectorSpec, tuning: DetectorTuning) {
  const { isComplete, candidates, results, best, gain, entities } = tuning;
  return {
    detector: spec.name,
    complete: isComplete,
    entities,
    present: jsonOf(candidates[0]),
    best: best === null ? null : jsonOf(candidates[best]),
    recommended: jsonOf(recommendedModel(spec, tuning)),
    gain:
      gain === null
        ? null
        : {
            real: gain.isReal,
            log_ratio: gain.logRatio,
            found: gain.found,
            validation_loss: gain.validationLoss,
            episodes: gain.episodes,
            seeds: gain.seeds,
          },
    trials: results.map(({ candidate, rung, validationLoss, logRatio, seconds }) => ({
      candidate,
      settings: jsonOf(candidates[candidate]),
      round: rung + 1,
      validation_loss: validationLoss,
      log_ratio: logRatio,
      seconds,
    })),
  };
}

function verdictOf(tuning: DetectorTuning): string[] {
  const { isComplete, best, gain, candidates, entities } = tuning;
  const others = `${String(candidates.length - 1)} other settings`;
  const lines: string[] = [];
  if (!isComplete) lines.push('The time was up before the end: --resume goes on, with a new --time.');
  if (best === null) return [...lines, 'Nothing is known yet, so the present settings stay.'];
  if (best === 0) return [...lines, `The present settings came out best of themselves and ${others}.`];
  if (gain === null) return [...lines, `Of ${others} one came out best, but it is not judged yet.`];
  const finding = gain.isReal
    ? `Tuned on ${plural(entities, 'entity', 'entities')}, the best of ${others}; better than the present ones:`
    : `No gain beyond noise: the best of ${others} is not surely better, and the present ones stay.`;
  return [...lines, finding, ...gainOf(gain)];
}

function gainOf({ logRatio, found, validationLoss, episodes, seeds }: Gain): string[] {
  const times = (value: number): number => 100 * (Math.exp(value) - 1);
  const stand = intervalText({
    mean: times(logRatio.mean),
    low: times(logRatio.low),
    high: times(logRatio.high),
  });
  const points = intervalText({
    mean: 100 * found.gain.mean,
    low: 100 * found.gain.low,
    high: 100 * found.gain.high,
  });
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    `errors in against out of ${String(episodes)} injected faults: ${stand} %;`,
    `faults found at one normal step in a hundred over: ${share(found.present)} → ${share(found.tuned)}, ${points} points;`,
    `validation loss: ${validationLoss.present.toFixed(4)} → ${validationLoss.tuned.toFixed(4)}.`,
    `(95 % intervals over faults and ${String(seeds)} seeds, on rows that neither training nor choice has seen.)`,
    'Injected faults are not incidents: hold it against labelled ones with "strayd backtest --config" before it is used.',
  ];
}

function intervalText({ mean, low, high }: Interval): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

function cells(settings: ModelSettings | undefined): string[] {
  if (settings === undefined) return ['', '', '', '', ''];
  const { learningRate, batchSize, layers, bottleneck, noise } = settings;
  return [String(learningRate), String(batchSize), layers.join('-'), String(bottleneck), String(noise)];
}

function jsonOf(settings: ModelSettings | undefined) {
  if (settings === undefined) return null;
  const { learningRate, batchSize, layers, bottleneck, noise } = settings;
  return { learning_rate: learningRate, batch_size: batchSize, layers, bottleneck, noise };
}
