import type { Verdict } from '../../lambda/gate/contract';
import { packageChanges } from '../../lambda/shared/package-changes';
import { sha256 } from '../../lambda/shared/storage/hash';
import { findBytes, parseJson } from '../../lambda/shared/storage/s3';
import { ACCOUNT_OPTIONS, openAccount } from './account';
import { type Command, CommandError, readArguments } from './command';
import { readVersion, type Version } from './versions';

/** One line of a comparison: what the versions have, in their order. */
export interface ComparedRow {
  readonly part: string;
  readonly what: string;
  readonly values: readonly string[];
  readonly same: boolean;
}

export const compare: Command = {
  usage: 'compare --model NAME --versions A B ... [--environment ENV] [--aws] [--json]',
  summary: 'versions side by side: metrics, data, parameters, code, environment, verdicts',
  async run(args) {
    const { values, positionals } = readArguments(args, { ...ACCOUNT_OPTIONS, versions: { type: 'string' } }, true);
    const wanted = [...(values.versions ?? '').split(','), ...positionals].filter((text) => text !== '');
    if (wanted.length < 2) {
      throw new CommandError('name two versions or more: --versions 1 3');
    }
    const account = await openAccount(values);
    const versions: Version[] = [];
    for (const version of wanted) {
      versions.push(await readVersion(account, version));
    }
    const rows = [...compareManifests(versions), ...(await compareVerdicts(versions))];
    process.stdout.write(values.json ? `${JSON.stringify({ model: account.model, versions: versions.map(({ version, packageDigest }) => ({ version, packageDigest })), rows })}\n` : `${table(wanted, rows)}\n`);
    return 0;
  },
};

/** What the manifests say, side by side. Pure. */
export function compareManifests(versions: readonly Pick<Version, 'manifest' | 'packageDigest'>[]): ComparedRow[] {
  const manifests = versions.map(({ manifest }) => manifest);
  const [first] = manifests;
  const names = (of: (manifest: Version['manifest']) => Readonly<Record<string, unknown>>): string[] => [...new Set(manifests.flatMap((manifest) => Object.keys(of(manifest))))];
  const sources = ({ data }: Version['manifest']): string => data.sources.map(({ uri, versionId }) => `${uri.split('/').slice(-2).join('/')}@${versionId?.slice(0, 8) ?? '-'}`).join(' ');
  return [
    ...names(({ evaluation }) => evaluation.metrics).map((name) => row('metrics', name, manifests.map(({ evaluation }) => number(evaluation.metrics[name])))),
    row('data', 'test rows', manifests.map(({ data }) => String(data.testRows))),
    row('data', 'files', manifests.map(({ data }) => String(data.files))),
    row('data', 'snapshot', manifests.map(({ data }) => data.digest.slice(0, 12))),
    row('data', 'sources', manifests.map(sources)),
    row('data', 'schema', manifests.map(({ data }) => data.schemaVersion)),
    ...names(({ parameters }) => parameters.hyperparameters).filter((name) => name !== 'seed').map((name) => row('parameters', name, manifests.map(({ parameters }) => parameters.hyperparameters[name] ?? '-'))),
    row('parameters', 'seed', manifests.map(({ parameters }) => String(parameters.seed))),
    row('parameters', 'chosen by', manifests.map(({ parameters }) => parameters.chosenBy)),
    row('code', 'commit', manifests.map(({ code }) => code.commit)),
    row('code', 'bundle', manifests.map(({ code }) => code.bundleSha256.slice(0, 12))),
    row('code', 'pipeline definition', manifests.map(({ code }) => code.pipelineDefinitionDigest.slice(0, 12))),
    row('environment', 'image', manifests.map(({ environment }) => environment.imageDigest ?? environment.image.split('/').at(-1) ?? '')),
    row('environment', 'changes', manifests.map(({ environment }) => (first === undefined ? '' : packageChanges(first.environment, environment).join(', ') || 'none'))),
    row('model', 'bytes', manifests.map(({ modelArtifact }) => String(modelArtifact.size))),
    row('model', 'package digest', versions.map(({ packageDigest }) => packageDigest.slice(0, 12))),
  ];
}

/** Criteria of the gates before the registration, side by side; a verdict that is not what was recorded is shown as such. */
async function compareVerdicts(versions: readonly Version[]): Promise<ComparedRow[]> {
  const verdicts = await Promise.all(versions.map(({ manifest }) => Promise.all(manifest.gates.map(async ({ gate, verdictUri, verdictSha256 }) => {
    const bytes = await findBytes(verdictUri);
    return { gate, verdict: bytes !== undefined && sha256(bytes) === verdictSha256 ? parseJson<Verdict>(new TextDecoder().decode(bytes), verdictUri) : undefined };
  }))));
  const gates = [...new Set(verdicts.flat().map(({ gate }) => gate))];
  return gates.flatMap((gate) => {
    const found = verdicts.map((list) => list.find((one) => one.gate === gate)?.verdict);
    const ids = [...new Set(found.flatMap((verdict) => verdict?.criteria.map(({ id }) => id) ?? []))];
    const of = (id: string): string[] => found.map((verdict) => {
      const criterion = verdict?.criteria.find((one) => one.id === id);
      return verdict === undefined ? 'not what was recorded' : criterion === undefined ? '-' : `${criterion.outcome}${criterion.value === undefined ? '' : ` ${number(criterion.value)}`}`;
    });
    return [row(`gate ${gate}`, 'outcome', found.map((verdict) => verdict?.outcome ?? 'not what was recorded')), ...ids.map((id) => row(`gate ${gate}`, id, of(id)))];
  });
}

const row = (part: string, what: string, values: readonly string[]): ComparedRow => ({ part, what, values, same: new Set(values).size === 1 });
const number = (value: number | undefined): string => (value === undefined ? '-' : String(Number(value.toPrecision(6))));

/** Lines that differ carry a mark, so that they are found in a long list. */
function table(versions: readonly string[], rows: readonly ComparedRow[]): string {
  const cells = [['', '', '', ...versions.map((version) => `version ${version}`)], ...rows.map(({ part, what, values, same }) => [same ? ' ' : '*', part, what, ...values])];
  const widths = (cells[0] ?? []).map((_, column) => Math.min(48, Math.max(...cells.map((line) => (line[column] ?? '').length))));
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
