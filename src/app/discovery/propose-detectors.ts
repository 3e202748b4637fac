import { labelValue } from '../../pipeline/series/label-matcher.ts';
import { chooseFeatures, type FeatureChoice } from './choose-features.ts';
import { proposeEntity, type EntityProposal } from './propose-entity.ts';
import { proposeStep } from './propose-step.ts';
import type { SeenSeries } from './series-census.ts';

/** One watch that a topic's series suggest. */
export interface DetectorProposal {
  readonly name: string;
  /** The value of `job` that it selects; `null`: all series. */
  readonly job: string | null;
  readonly series: number;
  /** The label that names the entity, and the others that might, best first. */
  readonly entity: EntityProposal;
  readonly otherEntities: readonly EntityProposal[];
  readonly stepMs: number;
  /** False if no series was seen twice, so that the step is only the usual one. */
  readonly isStepMeasured: boolean;
  readonly choice: FeatureChoice;
}

const USUAL_STEP_MS = 15_000;
const MOST_JOBS = 8;
/** Jobs whose metrics overlap less are different sorts of things. */
const MOST_OVERLAP = 0.5;

/** Detectors for the series of a topic; one a job where jobs have metrics of their own. `entity` overrules the proposed label. Without a label to group by: none. */
export function proposeDetectors(series: readonly SeenSeries[], entity: string | null): DetectorProposal[] {
  const proposals = groupsOf(series).flatMap(({ job, own }) => {
    const proposal = proposalOf(job, own, entity);
    return proposal === null ? [] : [proposal];
  });
  const seen = new Set<string>();
  return proposals.map((proposal) => {
    let name = proposal.name;
    for (let count = 2; seen.has(name); count++) name = `${proposal.name}-${count}`;
    seen.add(name);
    return { ...proposal, name };
  });
}

function proposalOf(
  job: string | null,
  series: readonly SeenSeries[],
  wanted: string | null,
): DetectorProposal | null {
  const proposed = proposeEntity(series);
  const entity = wanted === null ? proposed[0] : entityOf(wanted, proposed);
  if (entity === undefined) return null;
  const measured = proposeStep(series);
  const stepMs = measured ?? USUAL_STEP_MS;
  const choice = chooseFeatures(series, { entity: [entity.label], stepMs });
  if (choice.features.length === 0) return null;
  return {
    name: job === null ? `${entity.label.replace(/_(name|id)$/, '')}s` : detectorName(job),
    job,
    series: series.length,
    entity,
    otherEntities: proposed.filter(({ label }) => label !== entity.label),
    stepMs,
    isStepMeasured: measured !== null,
    choice,
  };
}

function entityOf(wanted: string, proposed: readonly EntityProposal[]): EntityProposal {
  const known = proposed.find(({ label }) => label === wanted);
  return known ?? { label: wanted, values: 0, coverage: 0, completeness: 0, examples: [] };
}

/* Metrics of a database and of a host don't belong in one vector. */
function groupsOf(series: readonly SeenSeries[]): { job: string | null; own: readonly SeenSeries[] }[] {
  const jobs = new Map<string, SeenSeries[]>();
  for (const one of series) {
    const job = labelValue(one.labels, 'job');
    const own = jobs.get(job);
    if (own === undefined) jobs.set(job, [one]);
    else own.push(one);
  }
  const named = [...jobs].filter(([job]) => job !== '');
  const isSplit =
    named.length > 1 && named.length <= MOST_JOBS && overlap(named.map(([, own]) => own)) < MOST_OVERLAP;
  if (!isSplit) return [{ job: null, own: series }];
  return named.sort(([a], [b]) => (a < b ? -1 : 1)).map(([job, own]) => ({ job, own }));
}

/* Share of the smaller list of metrics that the larger one has too, of the pair that is most alike. */
function overlap(groups: readonly (readonly SeenSeries[])[]): number {
  const metrics = groups.map((own) => new Set(own.map(({ metric }) => metric)));
  let most = 0;
  metrics.forEach((a, index) => {
    for (const b of metrics.slice(index + 1)) {
      const shared = [...a].filter((metric) => b.has(metric)).length;
      most = Math.max(most, shared / Math.min(a.size, b.size));
    }
  });
  return most;
}

function detectorName(job: string): string {
  const name = job
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60);
  return name === '' ? 'metrics' : name;
}
