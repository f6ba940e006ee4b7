import { readFileSync } from 'node:fs';

const MIB = 1024 * 1024;
/** Of the configured memory, what the JavaScript heap may have. */
const HEAP_SHARE = 0.9;
/**
 * Resident memory that a worker may have above its configured size. The figure of AWS covers the sandbox as a whole, and Node with a bundled SDK alone
 * takes about 100 MiB here, shared pages included; a function of 128 MiB must still run.
 */
const HEADROOM_MIB = 160;

export const heapFlag = (memoryMib: number): string => `--max-old-space-size=${Math.floor(memoryMib * HEAP_SHARE)}`;

/** MiB of a process now and at its peak; `undefined` where the system does not tell. */
export function residentMib(pid: number): { readonly now: number; readonly peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const read = (name: string): number => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / MIB;
    return { now: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return undefined;
  }
}

export const exceeds = (memoryMib: number, resident: number): boolean => resident > memoryMib + HEADROOM_MIB;
