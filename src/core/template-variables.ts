/** One feature's part in an alert, as templates see it. */
export interface TemplateFeature {
  readonly name: string;
  /** Empty if unknown. */
  readonly unit: string;
  /** Part of the whole deviation, 0…1. */
  readonly share: number;
  readonly seen: number;
  readonly expected: number;
  readonly direction: 'up' | 'down' | 'same';
  /** What training has shown, if the value is outside of it. */
  readonly range: { readonly low: number; readonly high: number } | null;
}

/** All that a channel's template may name, in snake case as in the webhook's JSON; times in words and in RFC 3339. */
export interface TemplateVariables {
  readonly event: 'firing' | 'resolved';
  readonly id: string;
  readonly kind: string;
  readonly detector: string;
  readonly entity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly severity: string;
  /** At its peak: 1 is the threshold, 10 the most. */
  readonly score: number;
  readonly model_version: string;
  readonly started_at: string;
  /** `2026-11-24 03:00:00 UTC`. */
  readonly started: string;
  /** The same in `delivery.timezone`, with its name. */
  readonly started_local: string;
  readonly resolved_at: string | null;
  readonly resolution: string | null;
  /** Largest share first. */
  readonly features: readonly TemplateFeature[];
  /** strayd's own words. */
  readonly title: string;
  readonly summary: string;
  readonly lines: readonly string[];
  /** PromQL of the leading feature. */
  readonly query: string | null;
  readonly url: string | null;
  readonly runbook_url: string | null;
  /** What it is told with, itself among the members; likeliest first cause first. A level channel tells alerts one by one. */
  readonly incident: {
    readonly id: string | null;
    readonly group: Readonly<Record<string, string>>;
    /** Members, and those of them that fire; `members` names at most 20. */
    readonly alerts: number;
    readonly firing: number;
    readonly members: readonly {
      readonly entity: string;
      readonly state: 'firing' | 'resolved';
      readonly title: string;
    }[];
  };
}

const feature: TemplateFeature = {
  name: 'cpu_busy',
  unit: 'cores',
  share: 0.8,
  seen: 7.5,
  expected: 2,
  direction: 'up',
  range: { low: 0.5, high: 4 },
};

/** Two alerts that between them have everything that may be missing, once there and once not: what templates are tried on. */
export function sampleVariables(labels: Readonly<Record<string, string>>): readonly TemplateVariables[] {
  const firing: TemplateVariables = {
    event: 'firing',
    id: '0123456789abcdef',
    kind: 'range',
    detector: 'hosts',
    entity: 'db-3',
    labels,
    severity: 'warning',
    score: 3.4,
    model_version: 'v1',
    started_at: '2026-11-24T03:00:00.000Z',
    started: '2026-11-24 03:00:00 UTC',
    started_local: '2026-11-24 04:00:00 Europe/Berlin',
    resolved_at: null,
    resolution: null,
    features: [feature, { ...feature, name: 'load', range: null }],
    title: 'db-3: cpu_busy 7.5 cores, expected about 2 cores',
    summary: 'db-3 has strayed from its learned normal since 2026-11-24 03:00:00 UTC.',
    lines: ['since 2026-11-24 03:00:00 UTC', 'cpu_busy: 7.5 cores, expected about 2 cores'],
    query: 'avg by (instance) (cpu_busy{instance="db-3"})',
    url: 'https://strayd.example.org/?alert=0123456789abcdef',
    runbook_url: 'https://example.org/runbooks/hosts',
    incident: {
      id: 'fedcba9876543210',
      group: {},
      alerts: 2,
      firing: 2,
      members: [
        { entity: 'db-3', state: 'firing', title: 'db-3: cpu_busy 7.5 cores, expected about 2 cores' },
        { entity: 'db-4', state: 'firing', title: 'db-4: load 9, expected about 3' },
      ],
    },
  };
  const resolved: TemplateVariables = {
    ...firing,
    event: 'resolved',
    kind: 'anomaly',
    resolved_at: '2026-11-24T03:10:00.000Z',
    resolution: 'recovered',
    features: [{ ...feature, range: null }],
    query: null,
    url: null,
    runbook_url: null,
    incident: { id: null, group: {}, alerts: 1, firing: 0, members: [] },
  };
  return [firing, resolved];
}
