import type { DetectorSpec } from '../../core/detector.ts';
import { deriveSeed } from '../../core/random.ts';
import { drawEpisodes } from './episodes.ts';
import { judgeGain } from './judge-gain.ts';
import type { Gain } from './judge-gain.ts';
import { measureSettings } from './measure-settings.ts';
import type { MeasureInput, Measured } from './measure-settings.ts';
import { drawCandidates, presentSettings } from './search-space.ts';
import type { ModelSettings } from './search-space.ts';
import { RUNG_SHARES, nextTrial, rankCandidates } from './successive-halving.ts';
import type { Trial, TrialResult } from './successive-halving.ts';
import { TuningImpossible } from './tuning-data.ts';
import type { TuningEntity } from './tuning-data.ts';
import { JUDGED_SEEDS, affordable, doneShare, planFor } from './tuning-plan.ts';
import type { TuningState } from './tuning-state.ts';

export interface TuneOptions {
  /** Settings to try; `null`: as many as the time allows. */
  readonly candidates: number | null;
  readonly budgetMs: number;
  /** Fires when the time is up. */
  readonly signal: AbortSignal;
  /** Of a steady clock. */
  readonly nowMs: () => number;
  /** Called after each piece of work: what is kept can go on from there. */
  readonly save: (state: TuningState) => void;
  /** `fraction` 0…1 of the whole plan. */
  readonly progress: (fraction: number, detail: string) => void;
}

export interface TuneInput {
  readonly spec: DetectorSpec;
  readonly entities: readonly TuningEntity[];
  readonly seed: number;
  readonly state: TuningState;
}

/** What a tuning found, so far as it came. */
export interface TuningResult {
  /** False if the time was up before the end. */
  readonly isComplete: boolean;
  readonly candidates: readonly ModelSettings[];
  readonly results: readonly TrialResult[];
  /** Best of those in the last rung; 0 is what is in use, `null`: it did not come so far. */
  readonly best: number | null;
  /** Of the best over the present settings; `null` if they are the best, or nothing was judged yet. */
  readonly gain: Gain | null;
}

/** Rows before an episode; scores look back no further, unless a window is longer. */
const LEAST_HISTORY = 64;

/**
 * Tunes by successive halving, chosen by the mean rank of validation loss and log ratio (RECIPE §1.11), and judges the winner against the
 * present settings on newer rows and other episodes than it was chosen by. Equal input and number of candidates give equal results, in one
 * go or in several. Throws `TuningImpossible` where no faults can be put into the rows.
 */
export async function tune(input: TuneInput, options: TuneOptions): Promise<TuningResult> {
  const { spec, seed } = input;
  let state = input.state;
  const keep = (change: Partial<TuningState>): void => {
    state = { ...state, ...change };
    options.save(state);
  };
  const tryOut = async (trial: Trial, settings: ModelSettings): Promise<void> => {
    options.progress(doneShare(state), `trial ${String(state.results.length + 1)}`);
    const began = options.nowMs();
    // All candidates get the same seed and faults: what is left of chance is the same for all.
    const place = {
      part: 'select',
      share: RUNG_SHARES[trial.rung] ?? 1,
      seed: deriveSeed(seed, 'select'),
    } as const;
    const measured = await measure(settings, place, { input, options });
    const { validationLoss } = measured;
    const seconds = (options.nowMs() - began) / 1000;
    const result = { ...trial, validationLoss, logRatio: meanOf(measured.logRatios), seconds };
    keep({ results: [...state.results, result] });
  };

  try {
    const present = presentSettings(spec.model);
    if (state.results.length === 0) await tryOut({ candidate: 0, rung: 0 }, present);
    const count = options.candidates ?? affordable(state.results, options.budgetMs);
    const plan = state.plan ?? planFor(spec.model, count, seed);
    keep({ plan });
    const candidates = drawCandidates(spec.model, plan.candidates, seed);
    for (let next = nextTrial(plan, state.results); next !== null; next = nextTrial(plan, state.results)) {
      await tryOut(next, candidates[next.candidate] ?? present);
    }
    const tuned = candidates[bestOf(state.results) ?? 0] ?? present;
    while (tuned !== candidates[0] && state.judged.length < JUDGED_SEEDS) {
      options.progress(
        doneShare(state),
        `judging, ${String(state.judged.length + 1)} of ${String(JUDGED_SEEDS)}`,
      );
      const place = {
        part: 'judge',
        share: 1,
        seed: deriveSeed(seed, 'judge', state.judged.length),
      } as const;
      const before = await measure(present, place, { input, options });
      const after = await measure(tuned, place, { input, options });
      keep({ judged: [...state.judged, { present: before, tuned: after }] });
    }
    options.progress(1, '');
    return resultOf(input, state, true);
  } catch (error) {
    if (!options.signal.aborted) throw error;
    return resultOf(input, state, false);
  }
}

function resultOf({ spec, seed }: TuneInput, state: TuningState, isComplete: boolean): TuningResult {
  const { plan, results, judged } = state;
  return {
    isComplete,
    candidates: drawCandidates(spec.model, plan?.candidates ?? 1, seed),
    results,
    best: bestOf(results),
    gain: judged.length === 0 ? null : judgeGain(judged, seed),
  };
}

function measure(
  settings: ModelSettings,
  place: Pick<MeasureInput, 'part' | 'share' | 'seed'>,
  { input, options }: { readonly input: TuneInput; readonly options: TuneOptions },
): Promise<Measured> {
  const { spec, entities } = input;
  const history = Math.max(LEAST_HISTORY, ...spec.windows);
  const where = { part: place.part, features: spec.features.length, history };
  const episodes = drawEpisodes(entities, where, place.seed);
  if (episodes.length === 0) {
    throw new TuningImpossible(
      `The newest normal rows of ${spec.name} have no ${String(history)} in a row to put faults behind: wait for more history.`,
    );
  }
  return measureSettings({ spec, settings, entities, episodes, signal: options.signal, ...place });
}

/** First of the last rung, if all of it is there. */
function bestOf(results: readonly TrialResult[]): number | null {
  const last = results.filter(({ rung }) => rung === RUNG_SHARES.length - 1);
  return last.length < 2 ? null : (rankCandidates(last)[0] ?? null);
}

function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
