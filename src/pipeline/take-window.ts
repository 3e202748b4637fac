import { stepEndMs } from '../core/step-grid.ts';
import type { QuietWindow } from './alerts/quiet-window.ts';
import { newestClosedStep, type DetectorState } from './detector-state.ts';
import type { PipelineInput } from './inputs.ts';
import { NO_STEP } from './series/entity-series.ts';
import type { StepRun } from './step-run.ts';

/**
 * Takes a quiet window in, or out. Which step is newest depends on when people said so; it is reported with that time, so that a
 * replay judges each step as it was judged. A mute that is made longer stays known from when it was first said: entities whose clocks are behind
 * must not be loud in between.
 */
export function takeWindow(
  run: StepRun,
  { window, removed }: PipelineInput & { readonly kind: 'window' },
): void {
  run.settle();
  const { quiet, detectors } = run.state;
  const before = quiet.known(window.id);
  const knownFromMs = before?.kind === 'mute' ? before.knownFromMs : newestKnownMs(window, detectors);
  const known = { ...window, knownFromMs };
  if (removed) quiet.remove(window.id);
  else quiet.put(known);
  run.effects.windows.push({ window: known, removed });
}

function newestKnownMs(window: QuietWindow, detectors: readonly DetectorState[]): number {
  return Math.max(
    window.knownFromMs,
    ...detectors.map((detector) => {
      // Another detector's time, which may be days ahead, is nothing to it.
      if (window.detector !== null && window.detector !== detector.spec.name) return -Infinity;
      const newest = newestClosedStep(detector);
      return newest === NO_STEP ? -Infinity : stepEndMs(newest, detector.spec.stepMs);
    }),
  );
}
