import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels.ts';

/** Names and ids of a dashboard; `uid` is what links point at and never changes. */
export interface DashboardText {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

/** A dashboard with what all of strayd's have: the data source to choose, one cursor for all panels, alerts marked in time. */
export function newDashboard({ uid, title, description }: DashboardText): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['strayd'])
    .refresh('1m')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(DATASOURCE)
        .enable(true)
        .iconColor('red')
        .expr('strayd_alert_active > 0'),
    );
}

/** A variable whose values are a label's, e.g. `label_values(strayd_entities, detector)`. */
export function labelVariable(name: string, label: string, values: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(values)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

/** The dashboard's JSON, as Grafana imports it. */
export function dashboardJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
