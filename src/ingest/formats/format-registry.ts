import { influx } from './influx.ts';
import { json, type JsonMapping } from './json.ts';
import { otlp } from './otlp.ts';
import { prometheusJson } from './prometheus-json.ts';
import { remoteWrite } from './remote-write.ts';
import type { SampleFormat } from './sample-format.ts';

/** A format by its name in the config, with what it needs to know. */
export type FormatChoice =
  | { readonly format: 'prometheus_json' | 'remote_write' | 'otlp' | 'influx' }
  | { readonly format: 'json'; readonly json: JsonMapping };

/** The format that a source is configured with. */
export function sampleFormat(choice: FormatChoice): SampleFormat {
  switch (choice.format) {
    case 'prometheus_json':
      return prometheusJson;
    case 'remote_write':
      return remoteWrite;
    case 'otlp':
      return otlp;
    case 'influx':
      return influx;
    case 'json':
      return json(choice.json);
  }
}
