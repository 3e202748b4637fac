import { coldStarted, isFellow } from '../cold-start.ts';
import type { LabelledEntity } from '../labelled-entity.ts';
import type { Verdict } from '../quality.ts';
import { fleetPrior } from './fleet-prior.ts';
import type { FleetPrior } from './fleet-prior.ts';
import { prototypeAlerts } from './prototype-alerts.ts';
import { prototypeScores } from './prototype-scores.ts';
import type { PrototypeScores } from './prototype-scores.ts';

/** The prototype's verdicts, one an entity in the same order. */
export async function prototypeVerdicts(entities: readonly LabelledEntity[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const entity of entities) verdicts.push(verdictOf(entity, await prototypeScores(entity)));
  return verdicts;
}

/** The same of each entity with 2 % of its history, the others' as its prior; entities as {@link coldStarted} gives them. */
export async function coldPrototypeVerdicts(entities: readonly LabelledEntity[]): Promise<Verdict[]> {
  const learned = new Map<LabelledEntity, FleetPrior>();
  for (const entity of entities) learned.set(entity, (await prototypeScores(entity)).learned);
  const verdicts: Verdict[] = [];
  for (const entity of entities) {
    const fellows = entities.filter((other) => isFellow(entity, other));
    const prior = fleetPrior(fellows.flatMap((other) => learned.get(other) ?? []));
    const newcomer = coldStarted(entity);
    verdicts.push(verdictOf(newcomer, await prototypeScores(newcomer, prior)));
  }
  return verdicts;
}

function verdictOf(entity: LabelledEntity, own: PrototypeScores): Verdict {
  return { scores: own.scores.subarray(entity.trainRows), alerts: prototypeAlerts(entity, own) };
}
