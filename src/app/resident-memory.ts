import { readFileSync } from 'node:fs';

/** Bytes of memory that a process occupies, tensors outside of the JavaScript heap too; `null` if the system does not tell (other than Linux), or it is gone. */
export function residentMemory(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
