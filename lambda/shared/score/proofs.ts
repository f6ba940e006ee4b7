import type { ScoreFacts, ScoredTest } from './contract';

/** What facts beside the verdicts say about a test. */
export type Proof = Pick<ScoredTest, 'points' | 'evidence' | 'reason'>;

const none = (reason: string): Proof => ({ points: 0, evidence: [], reason });

/** Proofs that no criterion of a gate can give, by test. */
export const PROOFS: Readonly<Record<string, (facts: ScoreFacts) => Proof>> = {
  D5: ({ compliance, version }) => {
    if (compliance === undefined) {
      return none('No compliance report is at hand; npm run compliance holds the templates to every rule.');
    }
    const { uri, commit, unexplained, rules } = compliance;
    if (version !== undefined && version.manifest.code.commit !== commit) {
      return none(`The compliance report is of commit ${commit}, and the version was made from ${version.manifest.code.commit}.`);
    }
    return unexplained === 0
      ? { points: 1, evidence: [uri], reason: `Encryption, network, access and retention of every template were held to ${rules} rules; everything is explained.` }
      : none(`${unexplained} findings of the compliance report are not explained.`);
  },
  M1: ({ version }) => {
    if (version === undefined) {
      return none('No version is registered.');
    }
    const { code } = version.manifest;
    return /^[0-9a-f]{40}$/.test(code.commit)
      ? { points: 0.5, evidence: [version.uri], reason: `The specification is commit ${code.commit}, bound by the hash of its bundle; that it was reviewed is not on record.` }
      : none(`The version was made from ${code.commit}, which is no clean commit.`);
  },
  M3: ({ version }) => {
    const { chosenBy, search } = version?.manifest.parameters ?? {};
    return chosenBy === 'tuning' && search !== undefined
      ? { points: 1, evidence: [search.uri], reason: 'A search on validation rows chose the hyperparameters.' }
      : none('The hyperparameters stand in model.yaml; no search chose them (training.tuning).');
  },
  I7: ({ verdicts }) => {
    const found = verdicts.find(({ verdict }) => verdict.gate === 'promotion' && verdict.criteria.some(({ reason }) => /was rolled back/.test(reason)));
    return found === undefined
      ? none('No rollback is on record.')
      : { points: 0.5, evidence: [found.uri], reason: `Alarms rolled the promotion ${found.verdict.runId} back; no test repeats that by itself.` };
  },
  O1: ({ version }) => {
    if (version === undefined) {
      return none('No version is registered.');
    }
    const { changes, lockSha256, imageDigest } = version.manifest.environment;
    if (changes === null) {
      return none('There was no champion whose packages the version could be compared with.');
    }
    return {
      points: 1,
      evidence: [version.uri],
      reason:
        `Every registration compares Python and packages with the champion's and tells the approver in the model card: ${changes.length === 0 ? 'nothing changed' : changes.join(', ')} ` +
        `(lock ${lockSha256.slice(0, 12)}, image ${imageDigest ?? 'by tag'}).`,
    };
  },
};
