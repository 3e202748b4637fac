import { ByteReader, ByteWriter } from './byte-stream.ts';
import type {
  EnsembleParts,
  EntityPart,
  GroupPart,
  LinearBasis,
  ModelGrid,
  OwnNet,
} from './ensemble-parts.ts';
import type { FeatureScale } from './feature-scale.ts';
import { loadForecast } from './forecast.ts';
import type { Kernels } from './kernels.ts';
import { linearAutoencoder } from './linear-autoencoder.ts';
import type { MemberStatistics } from './member-statistics.ts';
import { loadNet } from './net-registry.ts';
import { NET_WEIGHT } from './net-weight.ts';

/** First field of the bytes; raised when their layout changes. */
const FORMAT = 5;
/** The one before: it does not say of which step and windows it is. */
const FORMAT_WITHOUT_GRID = 4;
/** Before that: no entity has a net of its own. */
const FORMAT_WITHOUT_OWN_NETS = 3;
/** And the first that is still read: every net has the usual weight. */
const FORMAT_WITHOUT_WEIGHTS = 2;

/** The ensemble as bytes: equal parts give equal bytes. */
export function saveEnsemble(parts: EnsembleParts): Uint8Array {
  const writer = new ByteWriter().number(FORMAT).text(parts.detector);
  writer.number(parts.rowsNeeded).number(parts.rowsLeast).number(parts.features.length);
  for (const feature of parts.features) writer.text(feature);
  writer.number(parts.groups.size);
  for (const [name, group] of parts.groups) {
    writer.text(name).bytes(saveBasis(group.basis));
    writer.bytes(group.net?.save() ?? new Uint8Array(0)).bytes(saveEntity(group.unseen));
    writer.number(group.netWeight);
  }
  writer.number(parts.cohorts.size);
  for (const [cohort, group] of parts.cohorts) writer.text(cohort).text(group);
  writer.number(parts.entities.size);
  for (const [name, entity] of parts.entities) writer.text(name).bytes(saveEntity(entity));
  const { stepMs, windows } = parts.grid ?? { stepMs: Number.NaN, windows: [] };
  writer.number(stepMs).number(windows.length);
  for (const window of windows) writer.number(window);
  return writer.finish();
}

/** Brings an ensemble back; throws if the bytes are of another format or end early. */
export function loadEnsemble(bytes: Uint8Array, kernels: Kernels): EnsembleParts {
  const reader = new ByteReader(bytes);
  const format = reader.number();
  if (!(Number.isInteger(format) && format >= FORMAT_WITHOUT_WEIGHTS && format <= FORMAT)) {
    throw new Error(
      `model format ${String(format)} is not the ${String(FORMAT)} this strayd reads: train again, or use the strayd that made it`,
    );
  }
  const detector = reader.text();
  const rowsNeeded = reader.number();
  const rowsLeast = reader.number();
  const features = readList(reader, () => reader.text());
  const groups = new Map(
    readList(reader, (): [string, GroupPart] => {
      const name = reader.text();
      const basis = loadBasis(reader.bytes(), kernels);
      const net = reader.bytes();
      return [
        name,
        {
          basis,
          net: net.length > 0 ? loadNet(net, kernels) : null,
          unseen: loadEntity(reader.bytes(), kernels, format),
          netWeight: format === FORMAT_WITHOUT_WEIGHTS ? NET_WEIGHT : reader.number(),
        },
      ];
    }),
  );
  const cohorts = new Map(readList(reader, (): [string, string] => [reader.text(), reader.text()]));
  const entities = new Map(
    readList(reader, (): [string, EntityPart] => [
      reader.text(),
      loadEntity(reader.bytes(), kernels, format),
    ]),
  );
  const grid = format <= FORMAT_WITHOUT_GRID ? null : readGrid(reader);
  return { detector, features, grid, rowsNeeded, rowsLeast, groups, cohorts, entities };
}

function readGrid(reader: ByteReader): ModelGrid {
  return { stepMs: reader.number(), windows: readList(reader, () => reader.number()) };
}

function readList<Item>(reader: ByteReader, read: () => Item): Item[] {
  const list: Item[] = [];
  for (let left = reader.number(); left > 0; left--) list.push(read());
  return list;
}

function saveEntity(entity: EntityPart): Uint8Array {
  const writer = new ByteWriter().text(entity.group);
  const { counts, mean, sd, low, high } = entity.scale;
  for (const array of [counts, mean, sd, low, high]) writer.float64(array);
  writer.bytes(saveBasis(entity.basis)).number(entity.statistics.length);
  for (const one of entity.statistics) {
    writer.float64(one.featureError).number(one.ratioMean).float64(one.medians).number(one.upperRatio);
  }
  writer.bytes(entity.net?.autoencoder.save() ?? new Uint8Array(0)).number(entity.net?.weight ?? 0);
  return writer.finish();
}

function loadEntity(bytes: Uint8Array, kernels: Kernels, format: number): EntityPart {
  const reader = new ByteReader(bytes);
  const group = reader.text();
  const scale: FeatureScale = {
    counts: reader.float64(),
    mean: reader.float64(),
    sd: reader.float64(),
    low: reader.float64(),
    high: reader.float64(),
  };
  const basis = loadBasis(reader.bytes(), kernels);
  const statistics = readList(reader, () => readStatistics(reader));
  const net = format > FORMAT_WITHOUT_OWN_NETS ? loadOwnNet(reader, kernels) : null;
  return { group, scale, basis, net, statistics };
}

function readStatistics(reader: ByteReader): MemberStatistics {
  const featureError = reader.float64();
  const ratioMean = reader.number();
  const medians = reader.float64();
  const upperRatio = reader.number();
  if (![...featureError, ratioMean, ...medians, upperRatio].every(Number.isFinite)) {
    throw new RangeError("a usual error of the model's is no finite number");
  }
  return { featureError, ratioMean, medians, upperRatio };
}

function loadOwnNet(reader: ByteReader, kernels: Kernels): OwnNet | null {
  const bytes = reader.bytes();
  const weight = reader.number();
  return bytes.length > 0 ? { autoencoder: loadNet(bytes, kernels), weight } : null;
}

function saveBasis(basis: LinearBasis | null): Uint8Array {
  if (basis === null) return new Uint8Array(0);
  const writer = new ByteWriter().bytes(basis.forecast.save()).number(basis.autoencoders.length);
  for (const autoencoder of basis.autoencoders) writer.bytes(autoencoder.save());
  return writer.finish();
}

function loadBasis(bytes: Uint8Array, kernels: Kernels): LinearBasis | null {
  if (bytes.length === 0) return null;
  const reader = new ByteReader(bytes);
  const forecast = loadForecast(reader.bytes(), kernels);
  const autoencoders = readList(reader, () => linearAutoencoder.load(reader.bytes(), kernels));
  return { forecast, autoencoders };
}
