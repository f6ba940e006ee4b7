import { readdirSync, readFileSync } from 'node:fs';

/** Parent and resident memory of every process, from `/proc`; empty where there is none. */
function processes(): Map<number, { parent: number; pss: () => number }> {
  const found = new Map<number, { parent: number; pss: () => number }>();
  let entries: string[] = [];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return found;
  }
  for (const entry of entries) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      found.set(Number(entry), { parent, pss: () => proportional(entry) });
    } catch {
      // The process has ended meanwhile.
    }
  }
  return found;
}

/** Proportional set size in bytes: memory that processes share is counted once over all of them. */
function proportional(pid: string): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Watches the memory of some processes and everything they start. */
export class MemoryMeter {
  peakBytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly roots: () => readonly number[], everyMilliseconds = 1000) {
    this.timer = setInterval(() => this.sample(), everyMilliseconds);
    this.timer.unref();
  }

  stop(): void {
    this.sample();
    clearInterval(this.timer);
  }

  private sample(): void {
    const all = processes();
    const wanted = new Set(this.roots());
    let grown = true;
    while (grown) {
      grown = false;
      for (const [pid, { parent }] of all) {
        if (!wanted.has(pid) && wanted.has(parent)) {
          wanted.add(pid);
          grown = true;
        }
      }
    }
    let bytes = 0;
    for (const pid of wanted) {
      bytes += all.get(pid)?.pss() ?? 0;
    }
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }
}
