type Json = Readonly<Record<string, unknown>>;

const NAME_LIMIT = 80;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const recordsIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** Where a state leads to, each with the field that says so. */
function targets(state: Json): (readonly [field: string, target: unknown])[] {
  const parts = ['Choices', 'Catch'].flatMap((field) => recordsIn(state[field]).map((part, index) => [`${field}[${index}]/Next`, part['Next']] as const));
  return [['Next', state['Next']] as const, ['Default', state['Default']] as const, ...parts].filter(([, target]) => target !== undefined);
}

const isTerminal = (state: Json): boolean => state['End'] === true || state['Type'] === 'Succeed' || state['Type'] === 'Fail';

function reachable(start: string, states: Readonly<Record<string, Json>>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states[name];
    if (state !== undefined && !found.has(name)) {
      found.add(name);
      open.push(...targets(state).map(([, target]) => String(target)));
    }
  }
  return found;
}

/** Ways of one block of states: every way leads to a state, every state can be reached, and the block can end. */
export function checkGraph(block: Json, location: string, report: (code: string, message: string, location: string) => void): void {
  const { StartAt: start } = block;
  const states = isRecord(block['States']) ? block['States'] as Readonly<Record<string, Json>> : {};
  const names = Object.keys(states);
  if (typeof start !== 'string' || names.length === 0) {
    report('SCHEMA_VALIDATION_FAILED', "Fields 'StartAt' and 'States' are required, with at least one state", location === '' ? '/' : location);
    return;
  }
  if (states[start] === undefined) {
    report('MISSING_TRANSITION_TARGET', `State '${start}' is missing`, `${location}/StartAt`);
    return;
  }
  for (const [name, state] of Object.entries(states).filter(([, value]) => isRecord(value))) {
    if (name.length > NAME_LIMIT) {
      report('SCHEMA_VALIDATION_FAILED', `The name of the state has ${name.length} characters; ${NAME_LIMIT} are allowed`, `${location}/States/${name}`);
    }
    for (const [field, target] of targets(state)) {
      if (states[String(target)] === undefined) {
        report('MISSING_TRANSITION_TARGET', `State '${String(target)}' is missing`, `${location}/States/${name}/${field}`);
      }
    }
  }
  const found = reachable(start, states);
  for (const name of names.filter((candidate) => !found.has(candidate))) {
    report('MISSING_TRANSITION_TARGET', `State '${name}' is not reachable`, `${location}/States/${name}`);
  }
  if (!Object.values(states).some((state) => isRecord(state) && isTerminal(state))) {
    report('MISSING_END_STATE', 'No state ends the machine', `${location}/States`);
  }
}

/** Names of all states, those in branches and iterations included. */
export function stateNames(block: unknown): string[] {
  if (!isRecord(block) || !isRecord(block['States'])) {
    return [];
  }
  return Object.entries(block['States']).flatMap(([name, state]) =>
    [name, ...(isRecord(state) ? [...recordsIn(state['Branches']).flatMap(stateNames), ...stateNames(state['ItemProcessor'])] : [])]);
}
