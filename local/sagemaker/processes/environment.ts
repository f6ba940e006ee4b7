import { dirname, join } from 'node:path';

export const CONTAINER_ROOT = '/opt/ml';

/** Rewrites a text that is or holds a path below `/opt/ml` to the folder that stands for it. */
export const relocate = (text: string, root: string): string => text.replaceAll(/\/opt\/ml(?=\/|$|["',\s\]}])/g, root);

/**
 * What a container's process finds around it, apart from what its contract adds: no credentials, no endpoint, no network of AWS.
 *
 * @param home scratch folder of the process
 */
export const baseEnvironment = (python: string, home: string): Readonly<Record<string, string>> => ({
  PATH: [...(python.includes('/') ? [dirname(python)] : []), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
  LANG: 'C.UTF-8',
  HOME: home,
  TMPDIR: home,
});

/** A command as a container would run it, or with its paths rewritten where the machine cannot show the folder as `/opt/ml`. */
export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Environment mapping: every argument and variable that names `/opt/ml` names the folder instead, and `SM_CONTAINER_ROOT` tells it to scripts. */
export function mapped(command: Command, root: string): Command {
  return {
    argv: command.argv.map((argument) => relocate(argument, root)),
    env: { ...Object.fromEntries(Object.entries(command.env).map(([name, value]) => [name, relocate(value, root)])), SM_CONTAINER_ROOT: root },
    cwd: relocate(command.cwd, root),
  };
}

/** Where `/opt/ml/...` lies outside the container. */
export function hostPath(root: string, containerPath: string): string {
  if (containerPath !== CONTAINER_ROOT && !containerPath.startsWith(`${CONTAINER_ROOT}/`)) {
    throw new Error(`the path ${JSON.stringify(containerPath)} does not lie below ${CONTAINER_ROOT}; jobs of the local AWS have no other folder`);
  }
  const path = join(root, containerPath.slice(CONTAINER_ROOT.length));
  if (path !== root && !path.startsWith(`${root}/`)) {
    throw new Error(`the path ${JSON.stringify(containerPath)} leaves ${CONTAINER_ROOT}`);
  }
  return path;
}
