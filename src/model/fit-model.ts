import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { BackendName } from './backend.ts';
import { saveEnsemble } from './ensemble-format.ts';
import { FLEET } from './ensemble-parts.ts';
import type { EnsembleParts, EntityPart, GroupPart } from './ensemble-parts.ts';
import { createEnsemble } from './ensemble.ts';
import { unseenScale } from './feature-scale.ts';
import { fitGroup } from './fit-group.ts';
import type { FittedGroup, GroupContext, GroupPlan } from './fit-group.ts';
import { splitEntities } from './fit-input.ts';
import type { FitInput, SplitEntity } from './fit-input.ts';
import { netStepsOf, planFit } from './fit-plan.ts';
import type { FitPlan } from './fit-plan.ts';
import { FORECAST_MEMORY, FORECAST_ROWS } from './forecast.ts';
import { loadKernels } from './kernels.ts';
import { measureBackends } from './measure-backends.ts';
import { groupCard, netNote } from './model-card.ts';
import type { ModelCard } from './model-card.ts';
import { versionOf } from './model-file.ts';
import type { ScoringModel } from './scoring-model.ts';

/** How far a fit is: `fraction` 0…1 of the whole, in parts of unequal speed. */
export interface FitProgress {
  readonly stage: 'linear' | 'net' | 'statistics';
  readonly fraction: number;
  /** The entity or epoch at hand. */
  readonly detail: string;
}

export interface FitOptions {
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
  /** Most windows that a net is trained on. */
  readonly maxWindows?: number;
  /** Rows that a cohort's statistics are worth beside an entity's own. */
  readonly priorRows?: number;
  /** For entities' own bases; those with the most rows come first. */
  readonly basisBytes?: number;
}

/** A model just trained: `model` are the bytes for a model file, `scoring` is ready to use. */
export interface FittedModel {
  readonly version: string;
  readonly model: Uint8Array;
  readonly card: ModelCard;
  readonly scoring: ScoringModel;
}

const DEFAULT_MAX_WINDOWS = 20_000;
const DEFAULT_PRIOR_ROWS = 100;

/** Where each stage starts and ends on the way from 0 to 1. */
const STAGES = { linear: [0, 0.3], net: [0.3, 0.85], statistics: [0.85, 1] } as const;

/**
 * Trains a detector's model: scales, closed-form members, net, hold-out statistics. Throws if all entities together have too few
 * consecutive rows, and the signal's reason on abort.
 */
export async function fitModel(input: FitInput, options: FitOptions = {}): Promise<FittedModel> {
  const priorRows = options.priorRows ?? DEFAULT_PRIOR_ROWS;
  const windows = input.windows.toSorted((a, b) => a - b);
  const ordered = { ...input, windows };
  const split = splitEntities(ordered, priorRows);
  const plan = planFit(ordered, split, priorRows);
  const none = input.modelSpec.type === 'none';
  const size = { steps: netStepsOf(windows), features: input.features.length };
  const measured = await measureBackends(input.modelSpec, size);
  const fitted = none ? new Map<string, FittedGroup>() : await fitGroups(ordered, plan, options);

  const groups = new Map<string, GroupPart>();
  const entities = new Map<string, EntityPart>();
  for (const group of plan.groups) {
    const result = fitted.get(group.name) ?? scalesOnly(group);
    groups.set(group.name, result.part);
    for (const [name, part] of result.entities) entities.set(name, part);
  }
  const parts: EnsembleParts = {
    detector: input.detector,
    features: [...input.features],
    grid: { stepMs: input.stepMs, windows },
    rowsNeeded: none ? 1 : Math.max(FORECAST_MEMORY + FORECAST_ROWS, ...windows),
    rowsLeast: none ? 1 : FORECAST_ROWS + 1,
    groups,
    cohorts: plan.cohorts,
    entities: new Map([...entities].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const model = saveEnsemble(parts);
  const version = versionOf(model);
  const backend: BackendName | 'none' = none ? 'none' : (await loadKernels(input.modelSpec.backend)).backend;
  const card = makeCard({ input: ordered, version, backend, measured, plan, fitted, split, entities });
  return { version, model, card, scoring: createEnsemble(parts, version) };
}

async function fitGroups(
  input: FitInput,
  plan: FitPlan,
  options: FitOptions,
): Promise<Map<string, FittedGroup>> {
  const kernels = await loadKernels(input.modelSpec.backend);
  const basisBytes = { left: options.basisBytes ?? DEFAULT_LIMITS.modelMemoryBytes };
  const results = new Map<string, FittedGroup>();
  for (const [index, group] of plan.groups.entries()) {
    const context: GroupContext = {
      features: input.features.length,
      entities: input.entities.length,
      windows: input.windows,
      spec: input.modelSpec,
      seed: input.seed,
      kernels,
      priorRows: options.priorRows ?? DEFAULT_PRIOR_ROWS,
      maxWindows: options.maxWindows ?? DEFAULT_MAX_WINDOWS,
      basisBytes,
      signal: options.signal,
      report: (stage, share, detail) => {
        const [start, end] = STAGES[stage];
        const fraction = (index + (1 - share) * start + share * end) / plan.groups.length;
        options.onProgress?.({ stage, fraction, detail });
      },
      pause: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        options.signal?.throwIfAborted();
      },
    };
    results.set(group.name, await fitGroup(group, context, baseOf(input, group.name, results)));
  }
  return results;
}

/** What a group's net goes on from: the version in use, else the fleet's net of this training. */
function baseOf(
  input: FitInput,
  group: string,
  fitted: ReadonlyMap<string, FittedGroup>,
): Uint8Array | undefined {
  if (input.bases === undefined) return undefined;
  return input.bases.get(group) ?? fitted.get(FLEET)?.net?.autoencoder.save();
}

/** `type: none`: what the guards need. */
function scalesOnly(group: GroupPlan): Pick<FittedGroup, 'part' | 'entities'> {
  const bare = { group: group.name, basis: null, net: null, statistics: [] };
  const home = group.entities.filter((entity) => group.home.has(entity.entity));
  return {
    part: { basis: null, net: null, netWeight: 0, unseen: { ...bare, scale: unseenScale(group.scale) } },
    entities: new Map(home.map((entity) => [entity.entity, { ...bare, scale: entity.scale }])),
  };
}

function makeCard(made: {
  input: FitInput;
  version: string;
  backend: BackendName | 'none';
  measured: ReadonlyMap<BackendName, number>;
  plan: FitPlan;
  fitted: ReadonlyMap<string, FittedGroup>;
  split: readonly SplitEntity[];
  entities: ReadonlyMap<string, EntityPart>;
}): ModelCard {
  const { input, version, backend, measured, plan, fitted, split, entities } = made;
  const silent = plan.groups.map((group) => {
    const result = fitted.get(group.name);
    return result === undefined ? '' : netNote(group, result);
  });
  return {
    version,
    detector: input.detector,
    type: input.modelSpec.type,
    note: [plan.note, ...silent].filter((note) => note !== '').join('; '),
    backend,
    ...(measured.size > 0 ? { batchMs: Object.fromEntries(measured) } : {}),
    seed: input.seed,
    features: input.features,
    windows: input.windows,
    groups: plan.groups.flatMap((group) => {
      const result = fitted.get(group.name);
      return result === undefined ? [] : [groupCard(group, result)];
    }),
    entities: split.map(({ entity, cohort, trainingRows, holdOutRows }) => ({
      entity,
      cohort,
      trainingRows,
      holdOutRows,
      ownBasis: (entities.get(entity)?.basis ?? null) !== null,
    })),
  };
}
