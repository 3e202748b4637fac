import type { FeatureSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import type { DecodedRecord } from '../core/records.ts';
import type { Sample } from '../core/sample.ts';
import { stepOf } from '../core/step-grid.ts';
import { closeByWatermark, closeEntity } from './close-steps.ts';
import type { DetectorState } from './detector-state.ts';
import { joinCohort, newEntity } from './entity.ts';
import type { PartitionState } from './partition-state.ts';
import { sourceOf } from './pipeline-state.ts';
import { raiseWatermark, setIdle, type SampleCounts, type SourceState } from './source-state.ts';
import type { SampleVerdict, TrackLimit } from './series/entity-series.ts';
import type { Route } from './series/series-router.ts';
import { originOf, type Track } from './series/track.ts';
import type { StepRun } from './step-run.ts';

type Result = keyof SampleCounts;
type Limit = 'entity_limit' | TrackLimit;

/** Where a sample comes from. */
interface Origin {
  readonly source: SourceState;
  readonly partition: PartitionState;
  record: DecodedRecord;
}

/**
 * Takes records of one partition in, in order. Every verdict (late, closed, too far ahead) falls at a sample or at the
 * end of a record, so that the cut into slices shows nowhere.
 */
export function acceptRecords(
  run: StepRun,
  partition: PartitionState,
  records: readonly DecodedRecord[],
): void {
  const source = sourceOf(run.state, partition.id.source);
  const [first] = records;
  if (first === undefined) return;
  const origin: Origin = { source, partition, record: first };
  for (const record of records) {
    origin.record = record;
    const replayed = record.offset < partition.replayUntil;
    if (partition.idle && !replayed) setIdle(source, partition, false);
    if (record.timeMs > source.newestRecordMs) source.newestRecordMs = record.timeMs;
    const limitMs = record.timeMs + source.maxFutureMs;
    let newestMs = partition.watermarkMs;
    let accepted = 0;
    for (const sample of record.samples) {
      // Written so that a time that is no number is refused too.
      if (!(sample.timeMs <= limitMs)) {
        if (!replayed) refuse(run, origin, sample);
        continue;
      }
      // A sender whose clock is fast must not close the steps of all others: its record's time bounds what it moves.
      newestMs = Math.max(newestMs, Math.min(sample.timeMs, record.timeMs));
      const result = offer(run, origin, sample);
      if (replayed) source.counts.replayed += 1;
      else if (result === 'accepted') accepted += 1;
      else source.counts[result] += 1;
    }
    source.counts.accepted += accepted;
    if (!replayed) source.counts.skipped += record.skipped ?? 0;
    partition.nextOffset = record.offset + 1;
    if (newestMs > partition.watermarkMs) {
      partition.watermarkMs = newestMs;
      if (raiseWatermark(source)) closeByWatermark(run, source);
    }
  }
}

function offer(run: StepRun, { source, partition, record }: Origin, sample: Sample): Result {
  const { timeMs, value, increase } = sample;
  const routes = source.router.routes(sample.metric, sample.labels, record.stableLabels);
  if (routes.length === 0) return 'unselected';
  if (!Number.isFinite(value)) return 'not_finite';
  partition.firstOffsets.note(timeMs, record.offset);
  let result: Result | null = null;
  for (const route of routes) {
    const detector = run.state.detectors[route.detector] as DetectorState;
    const track =
      route.track !== null && !route.track.gone ? route.track : attach(run, detector, { route, timeMs });
    // Others take deltas for the rates that they are.
    const isDelta =
      increase !== undefined && isOfHistogram(detector.spec.features[route.feature] as FeatureSpec);
    const origin = originOf(partition.index, isDelta);
    const verdict =
      typeof track === 'string'
        ? track
        : track.series.add(track, timeMs, isDelta ? increase : value, origin, record.offset);
    if (typeof track !== 'string') track.series.takeOverFrom(partition.wholeFromMs);
    result = result === null ? verdict : better(result, verdict);
    if (verdict === 'accepted' && typeof track !== 'string') closeByClock(run, detector, track, route);
  }
  return result ?? 'unselected';
}

/** A sample that serves several features counts once, as the best that became of it. */
function better(a: Result, b: Result): Result {
  const order: readonly Result[] = ['accepted', 'duplicate', 'late'];
  const rank = (result: Result): number => (order.includes(result) ? order.indexOf(result) : order.length);
  return rank(b) < rank(a) ? b : a;
}

function closeByClock(run: StepRun, detector: DetectorState, track: Track, route: Route): void {
  const through = track.series.closableByClock;
  if (through <= track.series.closedThrough) return;
  const entity = detector.entities.get(route.entity);
  if (entity !== undefined) closeEntity(run, detector, entity, through);
}

function attach(
  run: StepRun,
  detector: DetectorState,
  { route, timeMs }: { readonly route: Route; readonly timeMs: number },
): Track | SampleVerdict | Limit {
  const { spec, entities, closedByWatermark } = detector;
  const { limits } = run.state;
  let entity = entities.get(route.entity);
  if (entity === undefined) {
    if (stepOf(timeMs, spec.stepMs) <= closedByWatermark) return 'late';
    if (entities.size >= limits.entitiesPerDetector) return 'entity_limit';
    entity = newEntity(spec, route.entity, route.labels);
    entity.series.closedThrough = closedByWatermark;
    entities.set(route.entity, entity);
  } else if (stepOf(timeMs, spec.stepMs) <= entity.series.closedThrough) return 'late';
  joinCohort(entity, route.cohort);
  const track = entity.series.track(route, limits);
  route.track = typeof track === 'string' ? null : track;
  return track;
}

function refuse(run: StepRun, { partition, record }: Origin, sample: Sample): void {
  const aheadSeconds = ((sample.timeMs - record.timeMs) / 1000).toFixed(0);
  run.effects.deadLetters.push({
    ...partition.id,
    offset: record.offset,
    reason: 'too_far_ahead',
    detail:
      `A sample of ${sample.metric} lies ${aheadSeconds} s ahead of its Kafka record, more than max_future allows: ` +
      "set the sender's clock right, or raise max_future.",
    bytes: new TextEncoder().encode(JSON.stringify(sample)),
  });
}
