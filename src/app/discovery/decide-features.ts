import type { Config } from '../../config/config.ts';
import { pipelineConfig } from '../../config/pipeline-config.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { compileMatchers } from '../../pipeline/series/label-matcher.ts';
import { openStore } from '../../store/open-store.ts';
import type { Report } from '../telemetry.ts';
import { chooseFeatures } from './choose-features.ts';
import { expandTopics } from '../expand-topics.ts';
import { discoverTopic } from './discover-topic.ts';
import { featuresNote, keptFeatures, withFeatures, type DecidedFeatures } from './kept-features.ts';
import { NoFeaturesFound } from './no-features-found.ts';
import type { SeenSeries } from './series-census.ts';

/** The kept choices, and new ones from the topics for the detectors that have none. Throws a `NoFeaturesFound`; rejects if the brokers can't be reached. */
export async function decideFeatures(config: Config): Promise<DecidedFeatures[]> {
  const kept = keptFeatures(config);
  const decided = [...kept];
  for (const spec of config.detectors) {
    if (spec.autoFeatures !== true || kept.some(({ detector }) => detector === spec.name)) continue;
    const { series, trouble } = await seriesOf(config, spec);
    const choice = chooseFeatures(series, spec);
    // They are chosen for good, so not from a part of what there is.
    if (choice.features.length === 0 || trouble !== null)
      throw new NoFeaturesFound(nothingFound(config, spec, { series, trouble }));
    decided.push({ detector: spec.name, isKept: false, ...choice });
  }
  return decided;
}

/** A decision to be kept in the store, by name. */
export interface FeatureNote {
  readonly name: string;
  readonly text: string;
}

/**
 * Decides what is not decided yet, keeps it for all later starts, and tells it. `keep`: puts decisions into the store; absent: it is opened for
 * them, and a `StoreError` thrown if it can't be had.
 */
export async function settleFeatures(
  config: Config,
  report: Report,
  keep: (notes: readonly FeatureNote[]) => void = (notes) => keepInStore(config, notes),
): Promise<Config> {
  if (config.detectors.every(({ autoFeatures }) => autoFeatures !== true)) return config;
  const decided = await decideFeatures(config);
  const fresh = decided.filter(({ isKept }) => !isKept);
  const notes = fresh.flatMap(({ detector, features, leftOut }): FeatureNote[] => {
    const spec = config.detectors.find(({ name }) => name === detector);
    return spec === undefined
      ? []
      : [{ name: featuresNote(spec), text: JSON.stringify({ features, leftOut }) }];
  });
  if (notes.length > 0) keep(notes);
  for (const one of fresh) {
    const names = one.features.map(({ spec, reason }) => `${spec.name} (${reason})`).join('; ');
    const message = `Features of detector ${one.detector} are chosen from its topic, for good: ${names}.`;
    const fields = { detector: one.detector, leftOut: one.leftOut };
    report({ event: 'features_chosen', level: 'info', message, fields });
  }
  return withFeatures(config, decided);
}

function keepInStore(config: Config, notes: readonly FeatureNote[]): void {
  const store = openStore(config.store.path, { mode: 'write', pid: process.pid, random: Math.random });
  try {
    for (const { name, text } of notes) store.setNote(name, text);
  } finally {
    store.close();
  }
}

interface Sampled {
  readonly series: readonly SeenSeries[];
  /** What kept a format from reading. */
  readonly trouble: string | null;
}

async function seriesOf(config: Config, spec: DetectorSpec): Promise<Sampled> {
  const { kafka, sources, limits } = await expandTopics(pipelineConfig(config));
  const isSelected = compileMatchers(spec.select);
  const series: SeenSeries[] = [];
  let trouble: string | null = null;
  for (const source of sources.filter(({ name }) => spec.source === null || spec.source === name)) {
    for (const topic of source.topics) {
      const found = await discoverTopic({ connection: kafka, topic, format: source, limits });
      trouble ??= found.trouble;
      series.push(...found.series.filter(({ metric, labels }) => isSelected(metric, labels)));
    }
  }
  return { series, trouble };
}

function nothingFound(config: Config, spec: DetectorSpec, { series, trouble }: Sampled): string {
  if (trouble !== null) return `Features of detector ${spec.name} can't be chosen: ${trouble}.`;
  const { source: wanted } = spec;
  const topics = config.sources.flatMap(({ name, topics: own, topicPatterns = [] }) =>
    wanted === null || wanted === name ? [...own, ...topicPatterns] : [],
  );
  const seen =
    series.length === 0
      ? `its select matches nothing in the sample of ${topics.join(', ')}`
      : `of ${series.length} series none is a feature of an entity by ${spec.entity.join(', ')}`;
  return (
    `Features of detector ${spec.name} can't be chosen: ${seen}. Start again when there are samples, correct select and entity, ` +
    'or write the features down ("strayd init" proposes some).'
  );
}
