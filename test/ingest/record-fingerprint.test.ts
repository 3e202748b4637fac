import { expect, it } from 'vitest';
import { recordFingerprint } from '../../src/ingest/record-fingerprint.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const RECORD = { offset: 7, timeMs: 1_000, key: bytes('a'), value: bytes('bc') };

it('is the same wherever the record lies, and another for any other time, key or value', () => {
  const print = recordFingerprint(RECORD);
  expect(print).toMatch(/^[0-9a-f]{16}$/);
  expect(recordFingerprint({ ...RECORD, offset: 9, value: bytes('bc') })).toBe(print);
  const others = [
    { ...RECORD, timeMs: 1_001 },
    { ...RECORD, key: bytes('ab'), value: bytes('c') },
    { ...RECORD, key: null },
    { ...RECORD, key: bytes('') },
    { ...RECORD, value: null },
    { ...RECORD, value: bytes('') },
  ].map(recordFingerprint);
  expect(new Set([print, ...others]).size).toBe(7);
});
