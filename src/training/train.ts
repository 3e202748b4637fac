import { median } from '../core/median.ts';
import { fitModel } from '../model/fit-model.ts';
import { packModelFile } from '../model/model-file.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import { encodeCalibrations } from '../pipeline/scoring/calibration-section.ts';
import { beginningOf, type Beginning } from './beginning-of.ts';
import type { ChosenRows } from './choose-rows.ts';
import { chooseRows } from './choose-rows.ts';
import { holdOutAlerts } from './hold-out-alerts.ts';
import { judgeAlerts } from './judge-alerts.ts';
import { judgeReconstruction } from './judge-reconstruction.ts';
import { judgeSelfTest } from './judge-self-test.ts';
import type { GateVerdict } from './promotion-gate.ts';
import { judgePromotion } from './promotion-gate.ts';
import type { HoldOutResult } from './score-hold-out.ts';
import { scoreHoldOut } from './score-hold-out.ts';
import { comparedRecall, selfTest } from './self-test.ts';
import type { TrainingCard } from './training-card.ts';
import { describeData, describeErrors, describeThreshold } from './training-card.ts';
import type { ExcludedSpan, TrainingInput } from './training-input.ts';

/** How far a run is; `fraction` 0…1 of the whole. */
export interface TrainingProgress {
  readonly stage: 'fit' | 'hold_out';
  readonly fraction: number;
  readonly detail: string;
}

export interface TrainingOptions {
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
  /** Whether to put known faults into normal rows, tell on the card which would be found, and let the gate judge by it. */
  readonly selfTest?: boolean;
  /** For entities' own linear bases; absent: the default of `limits.model_memory`. */
  readonly modelMemoryBytes?: number | undefined;
}

/** How a run ended. `file` holds the sections model, calibration and card. */
export type TrainingOutcome =
  | {
      readonly kind: 'promoted' | 'rejected';
      readonly version: string;
      readonly file: Uint8Array;
      readonly card: TrainingCard;
      /** One sentence for people. */
      readonly detail: string;
    }
  | {
      readonly kind: 'not_enough_history';
      readonly wantedRows: number;
      /** Normal rows of the entity that has most. */
      readonly mostRows: number;
      readonly entities: number;
      readonly detail: string;
    };

const FIT_SHARE = 0.8;

/**
 * One training run: chooses normal rows, fits, scores the newest rows as hold-out for the first calibration, and lets the
 * challenger meet the champion on them. Throws the signal's reason on abort.
 */
export async function train(input: TrainingInput, options: TrainingOptions = {}): Promise<TrainingOutcome> {
  const { spec, seed } = input;
  const features = spec.features.map((feature) => feature.name);
  const champion = sameColumns(input.champion, features) ? input.champion : null;
  const excluded = spansByEntity(input.excluded);
  const history = input.entities.map((rows) => ({
    rows,
    chosen: chooseRows(rows, excluded.get(rows.entity) ?? [], spec),
  }));
  const chosen = history.map((one) => one.chosen);
  const mostRows = chosen.reduce((most, one) => Math.max(most, one.rows), 0);
  if (mostRows < spec.training.minSteps) return tooLittle(input, mostRows);
  const usable = chosen.filter((one) => one.rows > 0);
  const fitted = await fitModel(
    {
      detector: spec.name,
      features,
      stepMs: spec.stepMs,
      windows: spec.windows,
      modelSpec: spec.model,
      seed,
      ...(spec.training.fineTune ? { bases: champion?.nets() ?? new Map() } : {}),
      entities: usable.map((one) => ({
        entity: one.entity,
        cohort: one.cohort,
        segments: one.stretches.map(({ firstStep, values }) => ({ firstStep, rows: values })),
        holdOutFromStep: one.holdOutFrom,
      })),
    },
    {
      ...silently(options),
      ...(options.modelMemoryBytes !== undefined && { basisBytes: options.modelMemoryBytes }),
      onProgress: ({ fraction, detail }) =>
        options.onProgress?.({ stage: 'fit', fraction: FIT_SHARE * fraction, detail }),
    },
  );
  const scores = await scoreAll(fitted.scoring, usable, { ...options, spec });
  const champions =
    champion === null ? null : await scoreAll(champion, usable, { ...silently(options), spec });
  if (scores.every((one) => one.raw.length === 0)) {
    fitted.scoring.dispose();
    return tooLittle(input, mostRows);
  }

  const begin = (model: ScoringModel, holdOut: readonly HoldOutResult[]): Promise<Beginning> =>
    beginningOf(model, history, {
      spec,
      excluded: input.excluded,
      holdOut,
      isChallenger: champion !== null,
      ...silently(options),
    });
  const { recent, calibrations, context } = await begin(fitted.scoring, scores);
  const testing = { seed, signal: options.signal };
  const faults = options.selfTest === true ? await selfTest(context, usable, testing) : [];
  const verdicts = champions === null ? [] : trials(scores, champions, spec);
  if (options.selfTest === true && champion !== null && champions !== null) {
    // The thresholds in use are older and were refit since: both models are tried with those that the same rows give.
    const theirs = await begin(champion, champions);
    const contexts = { challenger: context, champion: theirs.context };
    verdicts.push(judgeSelfTest(await comparedRecall(contexts, usable, testing)));
  }
  fitted.scoring.dispose();
  const promotion = judgePromotion(verdicts, input.lostChampion);
  const card: TrainingCard = {
    ...fitted.card,
    parent: parentOf(input, fitted.version),
    data: describeData(chosen, spec.stepMs),
    threshold: describeThreshold(recent, calibrations, spec),
    holdOutErrors: describeErrors(scores, features),
    usualScore: median(scores.flatMap((one) => one.raw)),
    promotion,
    selfTest: faults,
  };
  const file = packModelFile({ model: fitted.model, calibration: encodeCalibrations(calibrations), card });
  const kind = promotion.promoted ? 'promoted' : 'rejected';
  return { kind, version: fitted.version, file, card, detail: promotion.reason };
}

/** What champion and challenger are put through on the same newest hold-out. */
function trials(
  challenger: readonly HoldOutResult[],
  champion: readonly HoldOutResult[],
  spec: TrainingInput['spec'],
): GateVerdict[] {
  return [
    judgeReconstruction(challenger, champion),
    judgeAlerts(holdOutAlerts(challenger, spec), holdOutAlerts(champion, spec)),
  ];
}

async function scoreAll(
  model: ScoringModel,
  chosen: readonly ChosenRows[],
  options: TrainingOptions & { readonly spec: TrainingInput['spec'] },
): Promise<HoldOutResult[]> {
  const results: HoldOutResult[] = [];
  for (const [i, one] of chosen.entries()) {
    const fraction = FIT_SHARE + ((1 - FIT_SHARE) * i) / chosen.length;
    options.onProgress?.({ stage: 'hold_out', fraction, detail: one.entity });
    results.push(await scoreHoldOut(model, one, { spec: options.spec, ...silently(options) }));
  }
  options.onProgress?.({ stage: 'hold_out', fraction: 1, detail: '' });
  return results;
}

/** One that could only be made anew because its file was damaged is no parent of itself. */
function parentOf({ champion, lostChampion }: TrainingInput, version: string): string | null {
  const parent = champion?.version ?? lostChampion?.version ?? null;
  return parent === version ? null : parent;
}

/** A model of other features can't score these rows, and has no say. */
function sameColumns(model: ScoringModel | null, features: readonly string[]): boolean {
  return (
    model !== null &&
    model.features.length === features.length &&
    model.features.every((f, i) => f === features[i])
  );
}

function tooLittle({ spec, entities }: TrainingInput, mostRows: number): TrainingOutcome {
  const wantedRows = spec.training.minSteps;
  const detail =
    `Not enough history: the entity with most has ${mostRows} normal steps of ${spec.stepMs / 1000} s in ` +
    `${entities.length} entities, ${wantedRows} are wanted.`;
  return { kind: 'not_enough_history', wantedRows, mostRows, entities: entities.length, detail };
}

function silently({ signal }: TrainingOptions): Pick<TrainingOptions, 'signal'> {
  return signal === undefined ? {} : { signal };
}

function spansByEntity(spans: readonly ExcludedSpan[]): ReadonlyMap<string, readonly ExcludedSpan[]> {
  const byEntity = new Map<string, ExcludedSpan[]>();
  for (const span of spans) {
    const own = byEntity.get(span.entity);
    if (own === undefined) byEntity.set(span.entity, [span]);
    else own.push(span);
  }
  return byEntity;
}
