import { prometheusJson } from './prometheus-json.ts';
import type { SampleFormat } from './sample-format.ts';

const FORMATS: readonly SampleFormat[] = [prometheusJson];

/** The format of that name. Throws with the names there are if it is unknown. */
export const sampleFormat = (name: string): SampleFormat => {
  const found = FORMATS.find((format) => format.name === name);
  if (found === undefined) {
    const known = FORMATS.map((format) => format.name).join(', ');
    throw new Error(`unknown format "${name}"; known are: ${known}`);
  }
  return found;
};
