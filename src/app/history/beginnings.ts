import type { PipelineConfig } from '../../config/pipeline-config.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { LogHistory } from '../../ingest/kafka/log-history.ts';
import type { BootstrapNote } from './bootstrap-notes.ts';

/** Where a partition that nobody has read yet begins: steps that start before `wholeFromMs` are built for their memory only. */
export interface Beginning {
  readonly offset: number;
  readonly wholeFromMs: number;
}

type Source = PipelineConfig['sources'][number];

/** The sources that a detector reads. */
export function sourcesOf({ source }: DetectorSpec, { sources }: Pick<PipelineConfig, 'sources'>): Source[] {
  return sources.filter(({ name }) => source === null || source === name);
}

/**
 * Beginnings of the partitions of sources that nobody has read yet, if the history of all detectors that watch one has been read back:
 * one that has none of it needs the topic from its earliest record.
 */
export async function beginningsOf(
  log: LogHistory,
  {
    config,
    unread,
    noteOf,
  }: {
    readonly config: PipelineConfig;
    readonly unread: readonly Source[];
    readonly noteOf: (spec: DetectorSpec) => BootstrapNote | null;
  },
): Promise<ReadonlyMap<string, Beginning>> {
  const beginnings = new Map<string, Beginning>();
  for (const source of unread) {
    const watching = config.detectors.filter((spec) => sourcesOf(spec, config).includes(source));
    const notes = watching.map(noteOf);
    if (watching.length === 0 || notes.some((note) => note?.state !== 'read')) continue;
    const wholeFromMs = Math.max(...notes.map((note) => note?.presentMs ?? Infinity));
    const beforeMs = Math.max(
      ...watching.map(
        ({ stepMs, absentAfterMs, allowedLatenessMs }) => stepMs + absentAfterMs + allowedLatenessMs,
      ),
    );
    for (const { topic, partition, offset } of await log.offsetsAt(wholeFromMs - beforeMs)) {
      if (source.topics.includes(topic)) beginnings.set(`${topic}/${partition}`, { offset, wholeFromMs });
    }
  }
  return beginnings;
}
