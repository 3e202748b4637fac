import { expect } from 'vitest';
import { alertsOf, stepsOf, transitionsOf } from './store-evidence.ts';

/** Expects a run to have left what the undisturbed one has, both by their folders: steps from one on to the bit, transitions and alerts. */
export function expectSameRun(
  folder: string,
  undisturbed: string,
  {
    entities,
    fromStep = 0,
    moreStepsThan,
  }: { readonly entities: readonly string[]; readonly fromStep?: number; readonly moreStepsThan: number },
): void {
  for (const entity of entities) {
    const steps = stepsOf(undisturbed, entity, fromStep);
    expect(steps.length).toBeGreaterThan(moreStepsThan);
    expect(stepsOf(folder, entity, fromStep)).toEqual(steps);
  }
  expect(transitionsOf(folder)).toEqual(transitionsOf(undisturbed));
  expect(alertsOf(folder)).toEqual(alertsOf(undisturbed));
}
