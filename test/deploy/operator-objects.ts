import { z } from 'zod';

/*
 * What of the Prometheus operator's two kinds the chart uses, as their definitions have it (monitoring.coreos.com/v1,
 * prometheus-operator/prometheus-operator): names, types and what is required. Strict, so that a misspelt key is seen.
 */
const texts = z.record(z.string(), z.string());
const duration = z
  .string()
  .regex(/^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$/);
const metadata = z.strictObject({ name: z.string(), labels: texts });

const serviceMonitor = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('ServiceMonitor'),
  metadata,
  spec: z.strictObject({
    jobLabel: z.string().optional(),
    selector: z.strictObject({ matchLabels: texts }),
    endpoints: z
      .array(
        z.strictObject({
          port: z.string(),
          path: z.string().optional(),
          interval: duration.optional(),
          authorization: z
            .strictObject({
              type: z.string().optional(),
              credentials: z.strictObject({ name: z.string(), key: z.string() }),
            })
            .optional(),
        }),
      )
      .min(1),
  }),
});

const rule = z
  .strictObject({
    alert: z.string().optional(),
    record: z.string().optional(),
    expr: z.string(),
    for: duration.optional(),
    labels: texts.optional(),
    annotations: texts.optional(),
  })
  .refine(({ alert, record }) => (alert === undefined) !== (record === undefined));

const prometheusRule = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PrometheusRule'),
  metadata,
  spec: z.strictObject({
    groups: z.array(z.strictObject({ name: z.string().min(1), rules: z.array(rule) })),
  }),
});

/** An object for the Prometheus operator. */
export const operatorObject = z.discriminatedUnion('kind', [serviceMonitor, prometheusRule]);
