/** Label names and values of a series, without the metric name. */
export type Labels = Readonly<Record<string, string>>;

/** One observation in Prometheus' data model. `timeMs` is event time, Unix milliseconds. */
export interface Sample {
  readonly metric: string;
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: number;
  /** Of a delta, of which `value` is the rate per second: what it adds. */
  readonly increase?: number;
}
