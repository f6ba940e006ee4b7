import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function read<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    // The process has ended meanwhile.
    return undefined;
  }
}

function processOf(pid: number): Process | undefined {
  return read(() => {
    const [, state, parent] = /^\d+ \(.*\) (\w) (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === undefined || state === 'Z' ? undefined : { pid, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() };
  });
}

const all = (): Process[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => processOf(Number(name)) ?? []);

/** Everything below a process, itself left out. */
export function descendants(pid: number): Process[] {
  const processes = all();
  const below = (parent: number): Process[] => processes.filter((process) => process.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** Of these, those that still run. */
export const alive = (processes: readonly Process[]): Process[] => processes.filter(({ pid, command }) => processOf(pid)?.command === command);

/** Inodes of the sockets that a process holds. */
function sockets(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return (read(() => readdirSync(folder)) ?? []).flatMap((name) => /^socket:\[(\d+)\]$/.exec(read(() => readlinkSync(`${folder}/${name}`)) ?? '')?.[1] ?? []);
}

/** Addresses (hexadecimal, as the kernel writes them) on which a process listens. */
export function listeningAddresses(pid: number): string[] {
  const own = new Set(sockets(pid));
  return ['tcp', 'tcp6'].flatMap((table) =>
    (read(() => readFileSync(`/proc/${pid}/net/${table}`, 'utf8')) ?? '').split('\n').slice(1).flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [address = '', state, inode] = [fields[1], fields[3], fields[9]];
      return state === '0A' && own.has(inode ?? '') ? [address.split(':')[0] ?? ''] : [];
    }));
}

/** 127.0.0.1 and ::1. */
export const LOOPBACK = ['0100007F', '00000000000000000000000001000000'];
