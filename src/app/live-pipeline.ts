import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { assemblePipeline, type AssembledPipeline, type AssemblyParts } from './assemble-pipeline.ts';
import { crash } from './crash.ts';
import { DeadLetterTopic } from './dead-letter-topic.ts';
import type { Beginning } from './history/beginnings.ts';
import { bootstrap } from './history/bootstrap.ts';
import { isToBeRead } from './history/bootstrap-notes.ts';
import { startBeginning, type RunningBeginning } from './history/start-beginning.ts';
import { letterSink } from './letter-sink.ts';
import type { RunningPipeline } from './pipeline-calls.ts';
import type { PipelineSurroundings, PipelineWorkerData } from './pipeline.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import { mayTakeOver } from './reload/may-take-over.ts';
import { SuccessionPostponed, swapPipeline } from './reload/swap-pipeline.ts';
import { makeStream, streamKey } from './stream-choice.ts';
import type { Report } from './telemetry.ts';
import { Turns } from './turns.ts';

const TICK_MS = 200;
/** So often it is looked whether a detector that warms up may take over. */
const LOOK_MS = 5000;
const NOWHERE: ReadonlyMap<string, Beginning> = new Map();

interface Change {
  readonly data: PipelineWorkerData;
  /** Records are being read: detectors that first want their history must not begin before. */
  readonly isReading: boolean;
  /** The detector whose place is taken. */
  readonly succeeded?: string;
  /** Detectors whose history is still to be read run all the same. */
  readonly waitsForNobody?: boolean;
}

/** The pipeline of the moment; another takes its place when the configuration is loaded anew, or when a detector has warmed up. */
export class LivePipeline implements RunningPipeline {
  readonly store: StoreWriter;
  readonly report: Report;
  readonly turns = new Turns();
  readonly #around: PipelineSurroundings;
  #timer: NodeJS.Timeout | undefined;
  #now: AssembledPipeline | null = null;
  #beginning: RunningBeginning | null = null;
  /** Reads the history of detectors that came with a reload, and then lets them join. */
  #joining: RunningBeginning | null = null;
  #beginnings = NOWHERE;
  #letters: { readonly topic: string; readonly sending: DeadLetterTopic } | null = null;
  /** A detector that has warmed up for another's place and waits for its turn. */
  #warmedUp: string | null = null;
  #lookedAtMs = -Infinity;

  constructor(store: StoreWriter, around: PipelineSurroundings) {
    this.store = store;
    this.#around = around;
    this.report = (event) => around.send({ type: 'event', event });
  }

  get config(): PipelineConfig {
    return this.#assembled.config;
  }

  get stream(): RecordStream {
    return this.#assembled.stream;
  }

  get runner(): PipelineRunner {
    return this.#assembled.runner;
  }

  get timer(): NodeJS.Timeout | undefined {
    return this.#timer;
  }

  get letters(): DeadLetterTopic | null {
    return this.#letters?.sending ?? null;
  }

  get beginning(): RunningBeginning {
    return {
      stop: async () => {
        await this.#joining?.stop();
        return (await this.#beginning?.stop()) ?? false;
      },
    };
  }

  get #assembled(): AssembledPipeline {
    if (this.#now === null) throw new Error('the pipeline has not been started');
    return this.#now;
  }

  /** Restores the state and begins to read. Throws a StoreError if the store can't be read. */
  async start(data: PipelineWorkerData): Promise<this> {
    this.#adopt(await assemblePipeline(data, this.#parts({ data, isReading: false }, null)));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    await this.#sendLetters();
    this.#begin();
    return this;
  }

  /** Goes on with another configuration; to be called in turn. Rejects if that can't be, and goes on with the one before. */
  reload(data: PipelineWorkerData): Promise<void> {
    return this.#swap({ data });
  }

  #tick(): void {
    this.runner.tick().catch(crash);
    const { plan, state } = this.#assembled;
    if (plan.shadows.length === 0 || Date.now() - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = Date.now();
    const due = plan.shadows.find((shadow) => mayTakeOver(state, shadow));
    if (due !== undefined) this.#succeedSoon(due.detector);
  }

  async #swap(wanted: Omit<Change, 'isReading'>): Promise<void> {
    const former = this.#assembled;
    await this.#joining?.stop();
    this.#joining = null;
    const hasBegun = (await this.#beginning?.stop()) ?? false;
    const change = { ...wanted, isReading: hasBegun };
    const keepsStream = streamKey(change.data.config) === streamKey(former.data.config);
    let isKept = false;
    await swapPipeline({
      former,
      store: this.store,
      data: change.data,
      assemble: (data, stream) => {
        isKept = stream !== null;
        return assemblePipeline(data, this.#parts({ ...change, data }, stream));
      },
      stream: hasBegun ? (keepsStream ? 'exchange' : 'anew') : 'unstarted',
      adopt: (next) => this.#adopt(next),
      ...(change.succeeded !== undefined && { succeeded: change.succeeded }),
    }).finally(() => {
      if (!hasBegun) this.#begin();
      else if (!isKept && this.#assembled !== former) this.#read();
      if (hasBegun && change.waitsForNobody !== true) this.#letJoin();
    });
    await this.#sendLetters();
  }

  /** Dead letters go on to the configured topic, or to none. */
  async #sendLetters(): Promise<void> {
    const { kafka, deadLetterTopic: topic } = this.config;
    if (topic === (this.#letters?.topic ?? null)) return;
    await this.#letters?.sending.stop();
    this.#letters = null;
    if (topic === null) return;
    const { store, report } = this;
    const write = (work: () => void): Promise<boolean> => this.runner.write(work);
    const sink = letterSink(kafka, topic);
    const sending = new DeadLetterTopic({ topic, sink, store, write, report, nowMs: Date.now });
    this.#letters = { topic, sending };
    sending.start(crash);
  }

  #adopt(next: AssembledPipeline): void {
    this.#now = next;
    const { plan } = next;
    const { serving, shadows } = plan;
    this.#around.send({ type: 'planned', generation: next.data.generation, serving, shadows });
  }

  #parts(change: Change, stream: RecordStream | null): AssemblyParts {
    const { data } = change;
    return {
      store: this.store,
      around: this.#around,
      report: this.report,
      beginnings: () => this.#beginnings,
      streamFor: (config, state) =>
        stream ??
        makeStream(data.stream, {
          config,
          report: this.report,
          failed: crash,
          former: { storeId: this.store.storeId, partitions: state.partitions.map(({ id }) => id) },
          refused: (why) => this.#around.send({ type: 'refused', why }),
        }),
      hasLetters: () => this.letters?.wake(),
      trouble: stream === null ? null : this.runner.streamTrouble,
      isWaiting: (spec) => change.isReading && change.waitsForNobody !== true && isToBeRead(this.store, spec),
    };
  }

  /** Reads history back where that is wanted, and then starts the stream. */
  #begin(): void {
    this.#beginning = startBeginning(async (signal) => {
      this.#beginnings = await this.#readHistory(this.config.detectors, signal);
      if (signal.aborted) return;
      const { state, warmUp } = this.#assembled;
      for (const { spec, models } of state.detectors) {
        if (models.length === 0 && spec.training.bootstrap !== undefined) warmUp.restore(this.store, spec);
      }
      this.#read();
    }, crash);
  }

  #read(): void {
    const { stream, runner } = this;
    stream.start(runner).catch(crash);
    if (stream instanceof SimulatedFleetStream) this.#announceEnds(stream);
  }

  /** Detectors whose history is to be read come when that is through; all others go on meanwhile. */
  #letJoin(): void {
    const { plan, data } = this.#assembled;
    const joining = [...plan.serving, ...plan.shadows.map(({ spec }) => spec)].filter((spec) =>
      isToBeRead(this.store, spec),
    );
    if (joining.length === 0) return;
    this.store.declareDetectors(joining);
    this.#joining = startBeginning(async (signal) => {
      await this.#readHistory(joining, signal);
      if (signal.aborted) return;
      const join = (): Promise<void> => this.#swap({ data, waitsForNobody: true });
      void this.turns.take(async () => (signal.aborted ? undefined : join())).catch(crash);
    }, crash);
  }

  #readHistory(
    detectors: readonly DetectorSpec[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Beginning>> {
    const write = (work: () => void): Promise<boolean> => this.runner.write(work);
    const { store, report } = this;
    const config = { ...this.config, detectors };
    return bootstrap({ config, store, write, report, nowMs: Date.now, signal });
  }

  #succeedSoon(detector: string): void {
    if (this.#warmedUp !== null) return;
    this.#warmedUp = detector;
    const succeed = async (): Promise<void> => {
      this.#warmedUp = null;
      const { data, plan } = this.#assembled;
      // A reload may have come first.
      if (!plan.shadows.some((shadow) => shadow.detector === detector)) return;
      try {
        await this.#swap({ data, succeeded: detector });
      } catch (error) {
        // It is looked at again in a moment.
        if (error instanceof SuccessionPostponed) return;
        throw error;
      }
      const message = `Detector ${detector} watches as it is configured from now on: what was to take its place has warmed up.`;
      this.report({ event: 'detector_succeeded', level: 'info', message, fields: { detector } });
    };
    void this.turns.take(succeed).catch(crash);
  }

  #announceEnds(stream: SimulatedFleetStream): void {
    const announce = async (served: Promise<void>, part: 'history' | 'live'): Promise<void> => {
      await served;
      await this.runner.checkpoint();
      this.#around.send({ type: 'stream_ended', part });
    };
    announce(stream.historyServed, 'history').catch(crash);
    announce(stream.finished, 'live').catch(crash);
  }
}
