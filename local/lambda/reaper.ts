import { spawn, type ChildProcess } from 'node:child_process';

/** Reads `+pid` and `-pid`; when its input closes, whatever is still on the list is killed. */
const SCRIPT = `
trap '' INT TERM HUP
list=" "
while read -r line; do
  pid=\${line#?}
  case "$line" in
    +*) list="$list$pid " ;;
    -*) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -9 "$pid" 2>/dev/null; done
`;

/**
 * Sees to it that no worker outlives this process, however it ends. A worker ends by itself when its channel closes, but not while user code spins;
 * this small shell, which waits on a pipe of ours, ends those too.
 */
export class Reaper {
  private shell: ChildProcess | undefined;

  add(pid: number): void {
    this.shell ??= this.start();
    this.shell.stdin?.write(`+${pid}\n`);
  }

  remove(pid: number): void {
    this.shell?.stdin?.write(`-${pid}\n`);
  }

  stop(): void {
    this.shell?.stdin?.end();
    this.shell = undefined;
  }

  private start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], env: {} });
    shell.on('error', () => undefined);
    shell.stdin?.on('error', () => undefined);
    shell.unref();
    return shell;
  }
}
