import { ServiceError } from '../core/service';

export interface MachineArn {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** Number of a published version. */
  readonly version?: string;
}

const MACHINE = /^arn:aws[\w-]*:states:([\w-]+):(\d{12}):stateMachine:([^:]{1,80})(?::(\d+))?$/;
const ALIAS = /^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[^:]+:[A-Za-z][\w.-]*$/;

export const machineArn = (region: string, accountId: string, name: string): string => `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
export const executionArn = (region: string, accountId: string, machine: string, name: string): string =>
  `arn:aws:states:${region}:${accountId}:execution:${machine}:${name}`;

/** A child execution of a Distributed Map. */
export function childArn(machine: MachineArn, label: string, name: string, type: 'STANDARD' | 'EXPRESS'): string {
  const prefix = `arn:aws:states:${machine.region}:${machine.accountId}`;
  return type === 'STANDARD' ? `${prefix}:execution:${machine.name}/${label}:${name}` : `${prefix}:express:${machine.name}/${label}:${name}:${name}`;
}

/** @throws ServiceError `InvalidArn` */
export function parseMachineArn(arn: string): MachineArn {
  if (ALIAS.test(arn)) {
    throw new ServiceError('InvalidArn', `Invalid Arn: '${arn}' names an alias; the local AWS has versions but no aliases of state machines`);
  }
  const match = MACHINE.exec(arn);
  if (match === null) {
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
  }
  const [, region = '', accountId = '', name = '', version] = match;
  return { region, accountId, name, ...(version === undefined ? {} : { version }) };
}

/** Characters that AWS refuses in names of machines and executions. */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;
const NAME_LIMIT = 80;

/** @throws ServiceError `InvalidName` */
export function checkName(name: string): void {
  if (name.length === 0 || name.length > NAME_LIMIT || FORBIDDEN.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}' must have 1 to ${NAME_LIMIT} characters without white space, brackets, wildcards and special characters`);
  }
}
