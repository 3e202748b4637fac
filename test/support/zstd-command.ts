import { execFileSync } from 'node:child_process';
import kafkajs from 'kafkajs';
import { systemBinary } from './system-binary.ts';

/** The program `zstd`, which writes what strayd has to read. */
export const zstdBinary = systemBinary('zstd', 'zstd');

/** Packs by the program; from a pipe, so that the frame does not say how large it is unpacked, as Kafka's clients write them. */
export function packZstd(bytes: Uint8Array, ...options: readonly string[]): Buffer {
  return execFileSync(zstdBinary.path ?? 'zstd', ['-c', '-q', ...options], {
    input: bytes,
    maxBuffer: 2 ** 30,
  });
}

/** Lets kafkajs' producers compress by the program, whatever Node can; what unpacks stays as it was registered. */
export function produceZstdByCommand(): void {
  const codecs = kafkajs.CompressionCodecs as unknown as Record<number, () => object>;
  const { ZSTD } = kafkajs.CompressionTypes;
  const before = codecs[ZSTD];
  const compress = ({ buffer }: { readonly buffer: Buffer }) => Promise.resolve(packZstd(buffer));
  codecs[ZSTD] = () => ({ ...registered(before), compress });
}

/* kafkajs' own stand-in throws. */
function registered(codec: (() => object) | undefined): object {
  try {
    return codec?.() ?? {};
  } catch {
    return {};
  }
}
