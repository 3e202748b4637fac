import { createMetrics } from '../../src/server/metrics.ts';

/** What prom-client's metrics have beside what its types tell. */
interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string | number;
  readonly labelNames?: readonly string[];
}

/** `docs/reference/metrics.md`: every metric by name, from the registry itself. */
export function metricsReference(): string {
  const { registry } = createMetrics({ version: '', nodeVersion: '' });
  const metrics = (registry.getMetricsAsArray() as unknown as Described[]).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const rows = metrics.map(({ name, help, type, labelNames = [] }) => {
    const own = name === 'strayd_entity_info' ? [...labelNames, '…'] : labelNames;
    return `| \`${name}\` | ${type} | ${own.map((label) => (label === '…' ? label : `\`${label}\``)).join(', ')} | ${help} |`;
  });
  return `# Metrics

What \`/metrics\` tells of strayd and of what it watches. Written by \`npm run generate\`; what to do when one of them is bad: [runbook](../runbook.md).

An \`entity\` is the values of the detector's \`entity\` labels, joined by \`/\`. Its labels one by one are on \`strayd_entity_info\`, to be joined on:

\`\`\`promql
strayd_anomaly_score * on (detector, entity) group_left (role) strayd_entity_info
\`\`\`

A scrape names strayd itself by \`job\` and \`instance\`: Prometheus makes \`exported_job\` and \`exported_instance\` of an entity's own, unless \`honor_labels\` is set.
A label of an entity that is called \`detector\` or \`entity\` itself is \`exported_detector\` or \`exported_entity\` there; characters that Prometheus does not take are \`_\`.
Series per entity are bounded: of a detector's entities the 1 000 with the highest scores, picked anew every ten minutes, and all whose alert fires.

| metric | type | labels | what |
|---|---|---|---|
${rows.join('\n')}
`;
}
