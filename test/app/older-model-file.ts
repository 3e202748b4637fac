import { packModelFile, unpackModelFile, versionOf } from '../../src/model/model-file.ts';

const NUMBER_BYTES = 8;
/** The format before step and windows were kept; they are the last numbers of a model now. */
const FORMAT_WITHOUT_GRID = 4;

/** The same model file as an earlier strayd wrote it. */
export function withoutGrid(bytes: Uint8Array): Uint8Array {
  const file = unpackModelFile(bytes);
  const grid = (2 + file.card.windows.length) * NUMBER_BYTES;
  const model = file.model.slice(0, file.model.length - grid);
  new DataView(model.buffer).setFloat64(0, FORMAT_WITHOUT_GRID, true);
  return packModelFile({ ...file, model, card: { ...file.card, version: versionOf(model) } });
}
