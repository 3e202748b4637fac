import type { PartitionId, RecordPrint } from '../core/records.ts';
import { plural } from '../core/plural.ts';
import type { BrokerMark } from '../ingest/record-stream.ts';
import type { PipelineInput } from '../pipeline/inputs.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { resumeOffset } from '../pipeline/take-checkpoint.ts';
import type { Beginning } from './history/beginnings.ts';
import type { LastRecords } from './last-records.ts';
import type { Report } from './telemetry.ts';

/** What ownership is decided on, and whom its consequences are told. */
export interface OwnershipOptions {
  readonly state: PipelineState;
  readonly storeId: string;
  readonly lastRecords: LastRecords;
  readonly take: (input: PipelineInput) => void;
  readonly report: Report;
  /** Where partitions begin that nobody has read, by `topic/partition`; those that are not in it at their earliest record. */
  readonly beginnings?: () => ReadonlyMap<string, Beginning>;
}

const nameOf = ({ topic, partition }: PartitionId): string => `${topic}/${partition}`;

/** Decides where the reading of a partition goes on, by who had it last (DESIGN §5.1), and what that means for its entities. */
export class PartitionOwnership {
  readonly #options: OwnershipOptions;

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  /** Answers the offset to read from, `null` = the earliest there is. */
  assigned(partition: PartitionId, mark: BrokerMark): number | null {
    const { state, storeId, take, report, lastRecords } = this.#options;
    const local = resumeOffset(state, partition);
    const isForeign = mark.owner !== null && !mark.owner.startsWith(`${storeId}:`);
    const isReset = mark.owner === null && mark.offset !== null && local !== null && mark.offset !== local;
    const marked = isForeign || isReset ? mark.offset : (local ?? mark.offset);
    const beginning = marked === null ? this.#options.beginnings?.().get(nameOf(partition)) : undefined;
    const from = beginning?.offset ?? marked;
    if (isForeign || isReset) lastRecords.forget(partition);
    if (isForeign) take({ kind: 'dropped', partition });
    if (isReset && from !== null) {
      take({ kind: 'reset', partition, nextOffset: from });
      const message = `The offset of ${nameOf(partition)} was reset from ${local} to ${from}; reading goes on there, steps already closed stay as they are.`;
      report({ event: 'offset_reset', level: 'warn', message, fields: { ...partition, local, reset: from } });
    }
    const wholeFromMs = isForeign ? mark.wholeFromMs : beginning?.wholeFromMs;
    const whole = wholeFromMs === undefined ? {} : { wholeFromMs };
    take({ kind: 'assigned', partition, nextOffset: from, ...whole });
    const start = from === null ? 'the earliest offset' : `offset ${from}`;
    const others = isForeign ? ', where another strayd left it; its entities are taken up anew' : '';
    const present =
      beginning === undefined ? '' : ', where the present begins; its history has been read back';
    const message = `Reading ${nameOf(partition)} from ${start}${others}${present}.`;
    report({ event: 'partition_assigned', level: 'info', message, fields: { ...partition, offset: from } });
    return from;
  }

  revoked(partition: PartitionId): void {
    const { take, report } = this.#options;
    take({ kind: 'revoked', partition });
    const message = `${nameOf(partition)} is read by another member now, or the group is sorting itself out.`;
    report({ event: 'partition_revoked', level: 'info', message, fields: { ...partition } });
  }

  /** The record read last, by which the stream sees whether the log is still the same one. */
  lastRead(partition: PartitionId): RecordPrint | null {
    return this.#options.lastRecords.of(partition);
  }

  offsetLost(partition: PartitionId, expected: number, restartedAt: number): void {
    // Back to an earlier one means another log: how many records of the old one are gone nobody knows.
    const lost = Math.max(0, restartedAt - expected);
    const gone = lost === 0 ? '' : `${plural(lost, 'record')} went unread, `;
    const message =
      `Offset ${expected} of ${nameOf(partition)} is not in the log any more (retention, or the topic was made anew); ` +
      `${gone}reading goes on at ${restartedAt}.`;
    this.#startAnew(partition, restartedAt, { event: 'offset_lost', message, fields: { expected, lost } });
  }

  /** The record that was read last is not there any more, or another one stands at its offset. */
  replaced(partition: PartitionId, lastRead: number, restartedAt: number): void {
    const message =
      `Offset ${lastRead} of ${nameOf(partition)} does not hold the record that was read there: the topic was made anew; ` +
      `what waited of the old one is dropped, and reading goes on at the earliest offset, ${restartedAt}.`;
    this.#startAnew(partition, restartedAt, { event: 'topic_replaced', message, fields: { lastRead } });
  }

  #startAnew(
    partition: PartitionId,
    restartedAt: number,
    told: {
      readonly event: 'offset_lost' | 'topic_replaced';
      readonly message: string;
      readonly fields: Readonly<Record<string, number>>;
    },
  ): void {
    const { take, report, lastRecords } = this.#options;
    lastRecords.forget(partition);
    take({ kind: 'reset', partition, nextOffset: restartedAt });
    const fields = { ...partition, ...told.fields, restartedAt };
    report({ event: told.event, level: 'error', message: told.message, fields });
  }
}
