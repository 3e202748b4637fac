import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A query of a dashboard's panel, its variables filled in. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

interface DashboardFile {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const folder = resolve(import.meta.dirname, '../../grafana/dashboards');

/** Every query of every dashboard, for one detector and entity. */
export function panelQueries(detector: string, entity: string): PanelQuery[] {
  return readdirSync(folder).flatMap((file) => {
    const { title, panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as DashboardFile;
    return panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({
        dashboard: title,
        panel: panel.title,
        expr: expr
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$detector', detector)
          .replaceAll('$entity', entity),
      })),
    );
  });
}

/** Those of the queries that a Prometheus answers with nothing. */
export async function emptyPanels(
  prometheusUrl: string,
  queries: readonly PanelQuery[],
): Promise<PanelQuery[]> {
  const answers = await Promise.all(
    queries.map(async ({ expr }) => {
      const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const body = (await response.json()) as {
        status: string;
        error?: string;
        data?: { result: unknown[] };
      };
      if (body.status !== 'success') throw new Error(`${expr}: ${body.error}`);
      return body.data?.result.length ?? 0;
    }),
  );
  return queries.filter((_query, index) => answers[index] === 0);
}
