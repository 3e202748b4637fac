/**
 * A name of another data model as Prometheus writes it: what is neither letter, digit, `_` nor `:` becomes `_`, and a
 * leading digit gets one (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
 */
export function prometheusName(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9_:]/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}
