import { setTimeout as pause } from 'node:timers/promises';
import type { PipelineConfig } from '../../config/pipeline-config.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { formatDuration } from '../../core/duration.ts';
import { sampleFormat } from '../../ingest/formats/format-registry.ts';
import { LogHistory } from '../../ingest/kafka/log-history.ts';
import type { StoreWriter } from '../../store/store-writer.ts';
import { expandTopics } from '../expand-topics.ts';
import type { Report } from '../telemetry.ts';
import { beginningsOf, sourcesOf, type Beginning } from './beginnings.ts';
import { bootstrapNote, isToBeRead, noteName, type BootstrapNote } from './bootstrap-notes.ts';
import type { HistorySource, Stretch } from './history-source.ts';
import { KafkaHistory } from './kafka-history.ts';
import { planHistory, presentMs } from './plan-history.ts';
import { PrometheusHistory } from './prometheus-history.ts';
import { readStretch } from './read-stretch.ts';

/** What history is read with, and where it goes. */
export interface BootstrapOptions {
  readonly config: PipelineConfig;
  readonly store: StoreWriter;
  /** Writes with patience for a full disk; false if the end came first. */
  readonly write: (work: () => void) => Promise<boolean>;
  readonly report: Report;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const RETRY_MS = 2000;
const NOWHERE: ReadonlyMap<string, Beginning> = new Map();

/**
 * Reads back what detectors with `training.bootstrap` want of their history and puts its vectors into the training reservoir, once in the life
 * of a store and list of features. Answers where partitions that nobody has read yet begin, by `topic/partition`; empty: at their earliest
 * record. Never rejects for what Kafka or Prometheus does: then the detector begins without, and that is told.
 */
export async function bootstrap(options: BootstrapOptions): Promise<ReadonlyMap<string, Beginning>> {
  const { store, signal } = options;
  const wanting = options.config.detectors.filter(({ training }) => training.bootstrap !== undefined);
  const pending = wanting.filter((spec) => isToBeRead(store, spec));
  const marked = new Set(store.marks().map(({ source }) => source));
  const unread = wanting.filter((spec) =>
    sourcesOf(spec, options.config).some(({ name }) => !marked.has(name)),
  );
  if (pending.length === 0 && unread.length === 0) return NOWHERE;
  const opened = await openLog(options, wanting);
  if (opened === null) return NOWHERE;
  const { log, config } = opened;
  try {
    const span = await log.span();
    if (span === null) return NOWHERE;
    await readAll({ ...options, config, log, pending, span: { fromMs: span.oldestMs, toMs: span.newestMs } });
    if (signal.aborted) return NOWHERE;
    return await beginningsOf(log, {
      config,
      unread: config.sources.filter(({ name }) => !marked.has(name)),
      noteOf: (spec) => bootstrapNote(store, spec),
    });
  } catch (error) {
    tellFailure(options, 'Kafka', error);
    return NOWHERE;
  } finally {
    await log.close();
  }
}

interface Reading extends BootstrapOptions {
  readonly log: LogHistory;
  readonly pending: readonly DetectorSpec[];
  /** Of the logs. */
  readonly span: Stretch;
}

/* The broker may be down when strayd starts: then there is nothing live to be read either. */
async function openLog(
  options: BootstrapOptions,
  wanting: readonly DetectorSpec[],
): Promise<{ readonly log: LogHistory; readonly config: PipelineConfig } | null> {
  const { report, signal } = options;
  let isTold = false;
  while (!signal.aborted) {
    try {
      const config = await expandTopics(options.config);
      const topics = wanting.flatMap((spec) => sourcesOf(spec, config).flatMap((source) => source.topics));
      const log = await LogHistory.open({
        connection: config.kafka,
        groupId: config.kafka.groupId,
        topics: [...new Set(topics)],
        log: () => undefined,
      });
      return { log, config };
    } catch (error) {
      const message = `Kafka at ${options.config.kafka.brokers.join(', ')}: ${messageOf(error)}; trying again until it answers, to read history back`;
      if (!isTold) report({ event: 'kafka_trouble', level: 'error', message });
      isTold = true;
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}

async function readAll(reading: Reading): Promise<void> {
  const { pending, config, nowMs, signal } = reading;
  const ofLogs = pending.filter(({ training }) => training.bootstrap?.from === 'kafka');
  if (ofLogs.length > 0) await readLogs(ofLogs, reading);
  for (const spec of pending) {
    const access = config.histories.find(({ detector }) => detector === spec.name);
    if (spec.training.bootstrap?.from !== 'prometheus' || access === undefined || signal.aborted) continue;
    await readGroup([spec], {
      ...reading,
      history: new PrometheusHistory(access, spec, nowMs()),
      what: access.shownUrl,
      // What Kafka retains says nothing of a history that lies elsewhere: all of it is read if it is short.
      readsShort: true,
    });
  }
}

async function readLogs(specs: readonly DetectorSpec[], reading: Reading): Promise<void> {
  const { config, log } = reading;
  const topics = new Map(
    config.sources.flatMap((source) =>
      source.topics.map((topic) => [topic, { source: source.name, format: sampleFormat(source) }] as const),
    ),
  );
  const trouble = (message: string | null): void => {
    if (message !== null) reading.report({ event: 'source_trouble', level: 'error', message });
  };
  const places = await log.offsetsAt(reading.span.fromMs);
  const partitions = places.map(({ topic, partition }) => ({
    source: topics.get(topic)?.source ?? '',
    topic,
    partition,
  }));
  await readGroup(specs, {
    ...reading,
    history: new KafkaHistory({ log, topics, partitions, detectors: specs, limits: config.limits, trouble }),
    what: 'Kafka',
    // Where nothing was read yet, a short history is simply read from its beginning.
    readsShort: reading.store.marks().length > 0,
  });
}

interface GroupReading extends Reading {
  readonly history: HistorySource;
  readonly what: string;
  readonly readsShort: boolean;
}

/* One reading for all detectors that have the same history. */
async function readGroup(specs: readonly DetectorSpec[], reading: GroupReading): Promise<void> {
  const { history, store, what, report, write } = reading;
  const names = specs.map(({ name }) => name).join(', ');
  const present = presentFrom(specs, reading);
  const setNotes = (note: BootstrapNote): Promise<boolean> =>
    write(() => {
      for (const spec of specs) store.setNote(noteName(spec), JSON.stringify(note));
    });
  try {
    const span = await history.span();
    const before = span === null ? null : { fromMs: span.fromMs, toMs: Math.min(span.toMs, present) };
    const plan = before === null ? null : planHistory(specs, before);
    const isShort = plan === null || plan.isWhole;
    if (before === null || (isShort && !reading.readsShort) || before.toMs <= before.fromMs) {
      const why = before === null ? `${what} holds none` : 'it is short enough to be read from its beginning';
      report({ event: 'bootstrap', level: 'info', message: `No history is read back for ${names}: ${why}.` });
      await setNotes({ state: 'whole', presentMs: present });
      return;
    }
    await setNotes({ state: 'reading', presentMs: present });
    const isThrough = await readStretches(specs, isShort ? [before] : plan.stretches, reading);
    if (isThrough) await setNotes({ state: 'read', presentMs: present });
  } catch (error) {
    if (reading.signal.aborted) return;
    tellFailure(reading, what, error);
    await setNotes({ state: 'whole', presentMs: present });
  }
}

/* From when on the live reading gives steps out; for a store that reads already, from where it is. */
function presentFrom(specs: readonly DetectorSpec[], { config, store, span }: Reading): number {
  const sources = new Set(specs.flatMap((spec) => sourcesOf(spec, config).map(({ name }) => name)));
  const read = store
    .marks()
    .filter(({ source, watermarkMs }) => sources.has(source) && Number.isFinite(watermarkMs));
  const stepMs = Math.max(...specs.map((spec) => spec.stepMs));
  const presentAt =
    read.length > 0 ? Math.min(...read.map(({ watermarkMs }) => watermarkMs)) : span.toMs - presentMs(specs);
  return Math.floor(presentAt / stepMs) * stepMs;
}

/* False if strayd stops; the time that the reading may take ends it early, and that is fine. */
async function readStretches(
  specs: readonly DetectorSpec[],
  stretches: readonly Stretch[],
  reading: GroupReading,
): Promise<boolean> {
  const { history, store, write, report, what, signal } = reading;
  const names = specs.map(({ name }) => name).join(', ');
  const limitMs = Math.max(...specs.map(({ training }) => training.bootstrap?.limitMs ?? 0));
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const either = AbortSignal.any([signal, limit.signal]);
  const startMs = performance.now();
  let [vectors, done] = [0, 0];
  let trouble: string | null = null;
  const tell = (text: string, isOver = false): void => {
    const detectors = specs.map(({ name }) => name);
    const fields = { detectors, fraction: done / stretches.length, vectors, isOver };
    report({
      event: 'bootstrap',
      level: 'info',
      message: `${text}: ${done} of ${stretches.length} stretches, ${vectors} vectors.`,
      fields,
    });
  };
  tell(`Reading history of ${names} back from ${what}`);
  try {
    for (const stretch of stretches) {
      const records = await readStretch(stretch, {
        detectors: specs,
        history,
        limits: reading.config.limits,
        signal: either,
      }).catch((error: unknown) => {
        // What there is already is better than a beginning without.
        if (!either.aborted && vectors === 0) throw error;
        if (!either.aborted) trouble = messageOf(error);
        return null;
      });
      if (records === null) break;
      const isWritten = await write(() => {
        for (const spec of specs) {
          const own = records.filter(({ vector }) => vector.detector === spec.name);
          if (own.length > 0) store.addHistory(spec, own);
        }
      });
      if (!isWritten || signal.aborted) return false;
      vectors += records.length;
      if (limit.signal.aborted) break;
      done += 1;
      tell(`Reading history of ${names} back from ${what}`);
    }
  } finally {
    clearTimeout(timer);
  }
  if (signal.aborted) return false;
  const took = formatDuration(Math.round((performance.now() - startMs) / 1000) * 1000);
  const over = limit.signal.aborted ? `training.bootstrap_limit ${formatDuration(limitMs)}` : trouble;
  const cut = over === null ? '' : `, cut off by ${over}`;
  tell(`History of ${names} is read back from ${what} in ${took}${cut}`, true);
  return true;
}

function tellFailure({ report }: BootstrapOptions, what: string, error: unknown): void {
  const message = `Reading history back from ${what}: ${messageOf(error)}; topics are read from their beginning instead.`;
  report({ event: 'bootstrap_failed', level: 'error', message });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
