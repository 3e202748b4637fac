import { withoutNewestRowRule, withoutRangeGuard } from './altered-model.ts';
import { STRAYD } from './detector-rows.ts';
import type { DetectorRow } from './detector-rows.ts';
import type { LabelledEntity } from './labelled-entity.ts';
import type { Verdict } from './quality.ts';
import { straydVerdicts } from './strayd-verdicts.ts';
import type { Alterations } from './strayd-verdicts.ts';

/** Once a year: never within a set. */
const NEVER = '0 4 31 12 *';

/** strayd, and strayd with one part switched off at a time: what each is worth. */
export const ABLATIONS: readonly DetectorRow[] = [
  ablation(STRAYD, {}),
  ablation('no range guard', { model: withoutRangeGuard }),
  ablation('no dense member', { spec: (spec) => ({ ...spec, model: { ...spec.model, type: 'linear' } }) }),
  { name: 'no cohort', seeded: true, verdicts: eachAlone },
  ...([[16, 64], [4, 64], [4, 16], [16]] as const).map((windows) =>
    ablation(`windows ${windows.join(' and ')} alone`, { spec: (spec) => ({ ...spec, windows }) }),
  ),
  ablation('no newest-row rule', { model: withoutNewestRowRule }),
  ablation('no daily refit', { spec: (spec) => ({ ...spec, calibration: { schedule: NEVER } }) }),
  // Types with a net and the forecast in place of the linear members.
  ...(['dense', 'lstm', 'conv', 'variational'] as const).map((type) =>
    ablation(`type: ${type}`, { spec: (spec) => ({ ...spec, model: { ...spec.model, type } }) }),
  ),
];

function ablation(name: string, altered: Alterations): DetectorRow {
  return { name, seeded: true, verdicts: (entities, seed) => straydVerdicts(entities, seed, altered) };
}

async function eachAlone(entities: readonly LabelledEntity[], seed: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const entity of entities) verdicts.push(...(await straydVerdicts([entity], seed)));
  return verdicts;
}
