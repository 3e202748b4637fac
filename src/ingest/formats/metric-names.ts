import { metricProblem } from './label-rules.ts';
import { prometheusName } from './prometheus-name.ts';
import type { DecodeLimits, Reject } from './sample-format.ts';

/** A metric's name, or the beginning of some: what nested keys add up to. */
export interface MetricName {
  readonly metric: string;
  /** What is wrong with it as a metric's name. */
  readonly problem: Reject | null;
  /** Names that begin with it, by the next key; `null` if it is too long to be kept. */
  readonly longer: Map<string, MetricName> | null;
}

const MOST_NAMES = 50_000;
const LONGEST_KEY = 1024;

/** Names of metrics by the keys that they are made of, so that each is written as Prometheus would, and checked, once. When there are too many, all are forgotten. */
export class MetricNames {
  #first = new Map<string, MetricName>();
  #kept = 0;

  clear(): void {
    this.#first = new Map();
    this.#kept = 0;
  }

  /** The name that `key` makes behind another one; `null`: behind none. */
  after(before: MetricName | null, key: string, limits: DecodeLimits): MetricName {
    const known = (before === null ? this.#first : before.longer)?.get(key);
    return known ?? this.#add(before, key, limits);
  }

  #add(before: MetricName | null, key: string, limits: DecodeLimits): MetricName {
    const last = prometheusName(key);
    const metric = before === null || before.metric === '' ? last : `${before.metric}_${last}`;
    const problem = metricProblem(metric, limits);
    if (key.length > LONGEST_KEY || before?.longer === null) return { metric, problem, longer: null };
    if (this.#kept >= MOST_NAMES) this.clear();
    const name: MetricName = { metric, problem, longer: new Map() };
    (before === null ? this.#first : before.longer)?.set(key, name);
    this.#kept += 1;
    return name;
  }
}
