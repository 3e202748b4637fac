import { isShadowName } from '../core/shadow-name.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import type { Effects } from '../pipeline/effects.ts';
import type { IncidentNotification } from '../pipeline/alerts/incident.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import type { ThresholdSummary } from '../pipeline/threshold-summary.ts';
import type {
  Published,
  PublishedDetector,
  PublishedMessage,
  PublishedPartition,
  PublishedScore,
} from './messages.ts';
import { lagKey } from './pipeline-runner.ts';
import type { WarmUp } from './warm-up.ts';

export interface PublishContext {
  readonly state: PipelineState;
  readonly warmUp: WarmUp;
  readonly lag: ReadonlyMap<string, number>;
  readonly sequence: number;
  /** By detector; may be some seconds old. */
  readonly thresholds: ReadonlyMap<string, ThresholdSummary | null>;
  readonly storeBytes: number;
  readonly waitingBytes: number;
  /** Incidents that the brake held back. */
  readonly heldBack: number;
  readonly loopDelaySeconds: number;
}

/** What the main thread is told of a written checkpoint: the newest of everything, not its history. */
export function publishedOf(checkpoint: Checkpoint, context: PublishContext): Published {
  const { effects, forgotten } = checkpoint;
  const { state, warmUp, sequence, storeBytes, waitingBytes, loopDelaySeconds } = context;
  return {
    sequence,
    ...scoresOf(effects.steps, state),
    transitions: effects.transitions,
    notifications: effects.notifications,
    incidents: effects.incidents,
    heldBack: context.heldBack,
    told: effects.incidentNotifications.flatMap(messageOf),
    samples: effects.counts.flatMap(({ source, samples }) =>
      Object.entries(samples).map(([result, count]) => ({ source, result, count })),
    ),
    deadLetters: effects.counts.flatMap(({ source, deadLetters }) =>
      Object.entries(deadLetters).map(([reason, count]) => ({ source, reason, count })),
    ),
    partitions: partitionsOf(state, context.lag),
    detectors: state.detectors.map(({ spec, entities, models }): PublishedDetector => {
      let openAlerts = 0;
      for (const { gate, rules } of entities.values()) {
        const open = [gate.open, gate.shift ?? null, rules.absence, rules.flatline];
        openAlerts += open.filter((one) => one !== null).length;
      }
      return {
        detector: spec.name,
        entities: entities.size,
        openAlerts,
        warmupRatio: models.length > 0 ? 1 : warmUp.ratio(spec.name),
        modelVersion: models.at(-1)?.context.model.version ?? null,
        threshold: context.thresholds.get(spec.name) ?? null,
      };
    }),
    storeBytes,
    waitingBytes,
    forgotten,
    loopDelaySeconds,
  };
}

function messageOf({ incident, event }: IncidentNotification): PublishedMessage[] {
  if (!incident.deliver) return [];
  const message = event === 'resolved' ? 'resolved' : incident.told > 1 ? 'update' : 'new';
  return [{ detector: incident.detector, message }];
}

function scoresOf(steps: Effects['steps'], state: PipelineState): Pick<Published, 'scores' | 'allScores'> {
  const newest = new Map<string, PublishedScore>();
  const all = new Map<string, number[]>();
  const stepMs = new Map(state.detectors.map(({ spec }) => [spec.name, spec.stepMs]));
  for (const { scored } of steps) {
    // What warms up is nobody's business yet.
    if (scored === null || isShadowName(scored.detector)) continue;
    const { detector, entity, score, step } = scored;
    const stepEndMs = (step + 1) * (stepMs.get(detector) ?? 0);
    newest.set(JSON.stringify([detector, entity]), { detector, entity, score, stepEndMs });
    const scores = all.get(detector);
    if (scores === undefined) all.set(detector, [score]);
    else scores.push(score);
  }
  const allScores = Object.fromEntries([...all].map(([name, scores]) => [name, Float64Array.from(scores)]));
  return { scores: [...newest.values()], allScores };
}

function partitionsOf(state: PipelineState, lag: ReadonlyMap<string, number>): PublishedPartition[] {
  return state.partitions
    .filter(({ assigned }) => assigned)
    .map(({ id, watermarkMs, idle }) => ({ ...id, watermarkMs, idle, lagRecords: lag.get(lagKey(id)) ?? 0 }));
}
