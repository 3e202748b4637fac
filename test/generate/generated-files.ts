import { dashboardFiles } from '../../grafana/dashboard-files.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { apiDocument } from './api-document.ts';
import { apiReference } from './api-reference.ts';
import { configReference } from './config-reference.ts';
import { chartRules, kubernetesManifests } from './kubernetes-manifests.ts';
import { metricsReference } from './metrics-reference.ts';

/** A file made from the sources: its path from the top of the repository, and the text it must have. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Everything that `npm run generate` writes and the tests compare. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const api = await apiDocument();
  const schema = configJsonSchema();
  return [
    { path: 'docs/config.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` },
    { path: 'docs/reference/config.md', text: configReference(schema) },
    { path: 'docs/openapi.json', text: `${JSON.stringify(api, null, 2)}\n` },
    { path: 'docs/reference/api.md', text: apiReference(api) },
    { path: 'docs/reference/metrics.md', text: metricsReference() },
    ...dashboardFiles(),
    ...chartRules(),
    ...kubernetesManifests(),
  ];
}
