import * as common from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesPanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that every panel asks: the dashboard's own variable. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** One PromQL expression, and how its series are called (`{{label}}`). */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What every panel says of itself. `width` is of 24 columns. */
export interface PanelText {
  readonly title: string;
  /** What it shows and what to do when it looks bad, for who sees it at night. */
  readonly description: string;
  /** Grafana's name of the unit: `s`, `bytes`, `percentunit`, `short`. */
  readonly unit?: string;
  readonly width?: number;
}

const HEIGHT = 8;

const query = ({ expr, legend }: Query): DataqueryBuilder =>
  new DataqueryBuilder().expr(expr).legendFormat(legend);

/** Lines over time. `threshold` draws a dashed line at that value. */
export function timeseries(
  text: PanelText & { readonly threshold?: number; readonly stacked?: boolean },
  queries: readonly Query[],
): TimeseriesPanelBuilder {
  const panel = new TimeseriesPanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit ?? 'short')
    .span(text.width ?? 12)
    .height(HEIGHT)
    .min(0)
    .fillOpacity(text.stacked === true ? 40 : 5)
    .drawStyle(common.GraphDrawStyle.Line)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    );
  if (text.stacked === true)
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (text.threshold !== undefined) {
    panel
      .thresholds(steps(text.threshold))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  }
  for (const each of queries) panel.withTarget(query(each));
  return panel;
}

/** One number; red from `bad` on. */
export function stat(text: PanelText & { readonly bad?: number }, only: Query): StatPanelBuilder {
  const panel = new StatPanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit ?? 'short')
    .span(text.width ?? 4)
    .height(4)
    .noValue('–')
    .withTarget(query(only));
  return text.bad === undefined ? panel : panel.thresholds(steps(text.bad));
}

/** The newest value of each series as a row. */
export function table(text: PanelText, only: Query): TablePanelBuilder {
  return new TablePanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit ?? 'short')
    .span(text.width ?? 12)
    .height(HEIGHT)
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true, __name__: true, instance: true, job: true } },
    })
    .withTarget(query(only).instant().format(PromQueryFormat.Table));
}

const steps = (bad: number): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: bad, color: 'red' },
  ]);
