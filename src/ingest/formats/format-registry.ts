import { avro } from './avro.ts';
import { influx } from './influx.ts';
import { json } from './json.ts';
import type { RecordMapping } from './mapped-records.ts';
import { otlp } from './otlp.ts';
import { prometheusJson } from './prometheus-json.ts';
import { remoteWrite } from './remote-write.ts';
import type { SampleFormat } from './sample-format.ts';
import { SchemaRegistry, type SchemaRegistryOptions } from '../schema-registry.ts';

/** A format by its name in the config, with what it needs to know. */
export type FormatChoice =
  | { readonly format: 'prometheus_json' | 'remote_write' | 'otlp' | 'influx' }
  | { readonly format: 'json'; readonly json: RecordMapping }
  | { readonly format: 'avro'; readonly avro: RecordMapping; readonly registry: SchemaRegistryOptions };

/** The format that a source is configured with. */
export function sampleFormat(choice: FormatChoice): SampleFormat {
  switch (choice.format) {
    case 'prometheus_json':
      return prometheusJson();
    case 'remote_write':
      return remoteWrite();
    case 'otlp':
      return otlp();
    case 'influx':
      return influx();
    case 'json':
      return json(choice.json);
    case 'avro':
      return avro(choice.avro, new SchemaRegistry(choice.registry));
  }
}
