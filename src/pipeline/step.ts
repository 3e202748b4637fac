import type { RecordSlice } from '../core/records.ts';
import { takeAcceptance } from './take-acceptance.ts';
import { takeSuccession } from './take-succession.ts';
import { acceptRecords } from './accept-records.ts';
import { activateModel } from './activate-model.ts';
import { closeByWatermark, forgetEntity } from './close-steps.ts';
import { closeGateEarly } from './entity-gate.ts';
import { excludeFromCalibration } from './exclude-from-calibration.ts';
import { takeWindow } from './take-window.ts';
import { tellIncident } from './tell-incidents.ts';
import type { Effects } from './effects.ts';
import type { PipelineInput } from './inputs.ts';
import { isReplaying, type PartitionState } from './partition-state.ts';
import { partitionOf, sourceOf, type PipelineState } from './pipeline-state.ts';
import { leaveRules } from './rules/advance-rules.ts';
import { beginSilenceAnew } from './rules/begin-silence-anew.ts';
import { catchUp, raiseWatermark, setIdle } from './source-state.ts';
import { StepRun } from './step-run.ts';

/**
 * Takes inputs in, one after the other, and answers all that they changed and the world may see. Deterministic, without
 * I/O or clock: equal inputs give equal effects to the bit, however they are cut into calls (DESIGN §3). The state is
 * changed in place.
 *
 * After a restart nothing new is worked on until every assigned partition has replayed what it had been at; otherwise
 * the new records of one would close steps before the samples that the others bring back. What waits is bounded: over it
 * the wait is given up for what has come so far, and that is counted.
 */
export function step(state: PipelineState, inputs: readonly PipelineInput[]): Effects {
  const run = new StepRun(state);
  for (const input of inputs) {
    take(run, input);
    if (state.heldBack.length > 0 && !mustHoldBack(state)) releaseHeldBack(run);
  }
  return run.finish();
}

function take(run: StepRun, input: PipelineInput): void {
  const { state } = run;
  switch (input.kind) {
    case 'records':
      receive(run, input.slice);
      return;
    case 'idle': {
      const partition = partitionOf(state, input.partition);
      // The log has ended: whatever was still to be replayed is not there any more.
      if (input.idle)
        partition.replayUntil = Math.min(partition.replayUntil, partition.receivedOffset ?? -Infinity);
      break;
    }
    case 'present': {
      const source = sourceOf(state, input.source);
      source.presentMs = Math.max(source.presentMs, input.timeMs);
      return;
    }
    case 'assigned':
      assign(state, partitionOf(state, input.partition), input.nextOffset);
      if (input.wholeFromMs !== undefined) {
        partitionOf(state, input.partition).wholeFromMs = input.wholeFromMs;
      }
      return;
    case 'revoked':
      leave(state, partitionOf(state, input.partition));
      return;
    case 'dropped':
      drop(run, partitionOf(state, input.partition));
      return;
    case 'reset':
      reset(run, partitionOf(state, input.partition), input.nextOffset);
      return;
    case 'model':
    case 'exclude':
    case 'tell':
    case 'window':
    case 'accept':
    case 'succession':
      break;
  }
  if (mustHoldBack(state)) state.heldBack.push(input);
  else perform(run, input);
}

/** Whether new inputs wait, because partitions replay what they had been at before a restart. */
export function isHeldBack({ partitions }: Pick<PipelineState, 'partitions'>): boolean {
  return partitions.some(isReplaying);
}

function mustHoldBack(state: PipelineState): boolean {
  return state.samplesHeldBack < state.limits.samplesHeldBack && isHeldBack(state);
}

function releaseHeldBack(run: StepRun): void {
  const inputs = run.state.heldBack;
  run.state.heldBack = [];
  run.state.samplesHeldBack = 0;
  for (const input of inputs) perform(run, input);
}

/** What waits for the end of the replay. */
function perform(run: StepRun, input: PipelineInput): void {
  if (input.kind === 'records') {
    const partition = partitionOf(run.state, input.slice);
    acceptRecords(run, partition, input.slice.records);
    run.effects.deadLetters.push(...input.slice.deadLetters);
    partition.nextOffset = Math.max(partition.nextOffset ?? 0, input.slice.nextOffset);
  } else if (input.kind === 'idle') {
    const source = sourceOf(run.state, input.partition.source);
    setIdle(source, partitionOf(run.state, input.partition), input.idle);
    // A source that falls silent may let others on, though it does not rise itself.
    raiseWatermark(source);
    closeByWatermark(run, source);
  } else if (input.kind === 'model') activateModel(run, input);
  else if (input.kind === 'exclude') excludeFromCalibration(run, input);
  else if (input.kind === 'tell') tellIncident(run, input);
  else if (input.kind === 'window') takeWindow(run, input);
  else if (input.kind === 'accept') takeAcceptance(run, input);
  else if (input.kind === 'succession') takeSuccession(run, input);
}

/** Takes the replayed part of a slice in at once and the rest in its turn; what was handed in before is skipped. */
function receive(run: StepRun, slice: RecordSlice): void {
  const { state } = run;
  const partition = partitionOf(state, slice);
  if (!partition.assigned) return;
  const from = partition.receivedOffset ?? slice.firstOffset;
  if (slice.nextOffset <= from && slice.firstOffset < from) return;
  partition.receivedOffset = slice.nextOffset;
  partition.heard = true;
  partition.nextOffset ??= from;
  if (from < partition.replayUntil) {
    const records = slice.records.filter(({ offset }) => offset >= from && offset < partition.replayUntil);
    acceptRecords(run, partition, records);
    partition.nextOffset = Math.max(partition.nextOffset, Math.min(slice.nextOffset, partition.replayUntil));
    if (slice.nextOffset <= partition.replayUntil) return;
  }
  const isNew = ({ offset }: { readonly offset: number }): boolean =>
    offset >= from && offset >= partition.replayUntil;
  const fresh = {
    ...slice,
    records: slice.records.filter(isNew),
    deadLetters: slice.deadLetters.filter(isNew),
  };
  const input: PipelineInput = { kind: 'records', slice: fresh };
  if (!mustHoldBack(state)) {
    if (state.heldBack.length > 0) releaseHeldBack(run);
    perform(run, input);
    return;
  }
  state.heldBack.push(input);
  state.samplesHeldBack += samplesOf(input);
  if (!mustHoldBack(state)) sourceOf(state, slice.source).counts.held_back_limit += 1;
}

function samplesOf(input: PipelineInput): number {
  if (input.kind !== 'records') return 0;
  return input.slice.records.reduce((sum, record) => sum + record.samples.length, 0);
}

function assign(state: PipelineState, partition: PartitionState, nextOffset: number | null): void {
  if (!partition.assigned) {
    const source = sourceOf(state, partition.id.source);
    catchUp(source, partition);
    // After a restart, too, partitions are assigned, but there was no time in between in which nobody read them.
    if (partition.left) beginSilenceAnew(source, partition);
    partition.left = false;
  }
  partition.assigned = true;
  partition.heard ??= true;
  partition.receivedOffset ??= nextOffset;
  partition.nextOffset ??= nextOffset;
}

function drop(run: StepRun, partition: PartitionState): void {
  const { state } = run;
  run.settle();
  for (const detector of state.detectors) {
    for (const entity of [...detector.entities.values()]) {
      if (!entity.series.partitions.has(partition.index)) continue;
      closeGateEarly(detector, entity, run);
      leaveRules(run, detector, entity);
      forgetEntity(run, detector, entity);
    }
  }
  dropHeldVerdicts(state, partition);
  setPosition(state, partition, null);
  beginElsewhere(partition);
  partition.assigned = false;
}

/**
 * Leaves a partition at its mark, as a restart would: whoever reads it next replays the open steps, so what waits for
 * them here must not become half a step when the watermark of the other partitions passes.
 */
function leave(state: PipelineState, partition: PartitionState): void {
  partition.assigned = false;
  partition.left = true;
  dropHeldVerdicts(state, partition);
  const { nextOffset } = partition;
  if (nextOffset === null) return;
  let lowOffset = nextOffset;
  for (const { entities } of state.detectors) {
    for (const { series } of entities.values()) {
      series.visitNeeds((index, offset) => {
        if (index === partition.index) lowOffset = Math.min(lowOffset, offset);
      });
      series.dropWaiting(partition.index);
    }
  }
  const replayUntil = Math.max(partition.replayUntil, nextOffset);
  setPosition(state, partition, lowOffset);
  partition.replayUntil = replayUntil;
}

function reset(run: StepRun, partition: PartitionState, nextOffset: number): void {
  const { state } = run;
  for (const { entities } of state.detectors) {
    for (const { series } of entities.values()) series.dropWaiting(partition.index);
  }
  setPosition(state, partition, nextOffset);
  beginElsewhere(partition);
  if (!partition.assigned) catchUp(sourceOf(state, partition.id.source), partition);
  partition.assigned = true;
}

/** What was read so far says nothing of the log from here on. */
function beginElsewhere(partition: PartitionState): void {
  partition.heard = false;
  partition.wholeFromMs = -Infinity;
  partition.firstOffsets.clear();
}

/** Whether a partition was idle says nothing any more once it is not read. */
function dropHeldVerdicts(state: PipelineState, partition: PartitionState): void {
  state.heldBack = state.heldBack.filter(
    (input) => input.kind !== 'idle' || partitionOf(state, input.partition) !== partition,
  );
}

function setPosition(state: PipelineState, partition: PartitionState, offset: number | null): void {
  partition.receivedOffset = offset;
  partition.nextOffset = offset;
  partition.replayUntil = -Infinity;
  state.heldBack = state.heldBack.filter(
    (input) => input.kind !== 'records' || partitionOf(state, input.slice) !== partition,
  );
  state.samplesHeldBack = state.heldBack.reduce((sum, input) => sum + samplesOf(input), 0);
}
