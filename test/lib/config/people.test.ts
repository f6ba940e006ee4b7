import { approverFaults, type MachinesConfig, type PeopleConfig, peopleFaults } from '../../../lib/config/people';

const faults = (people?: PeopleConfig, machines?: MachinesConfig): (string | false)[] => peopleFaults(people, machines).filter((fault) => fault !== false);

test.each<[string, PeopleConfig]>([
  ['nothing said', {}],
  ['IAM with a second factor', { signIn: { type: 'iam', mfa: true }, sessionHours: 1 }],
  ['Identity Center', { signIn: { type: 'identityCenter', permissionSetPrefix: 'Mlops' }, sessionHours: 12, permissionsBoundary: 'mlops-people-boundary' }],
  ['SAML', { signIn: { type: 'saml', providerArn: 'arn:aws:iam::333333333333:saml-provider/corporate' } }],
])('%s is valid', (_name, people) => {
  expect(faults(people)).toEqual([]);
});

test.each<[PeopleConfig, string]>([
  [{ sessionHours: 13 }, "people.sessionHours must be a whole number between 1 and 12 (IAM's limit), got 13"],
  [{ sessionHours: 0.5 }, "people.sessionHours must be a whole number between 1 and 12 (IAM's limit), got 0.5"],
  [{ signIn: { type: 'saml', providerArn: 'corporate' } }, 'people.signIn.providerArn must be the ARN of a SAML provider, got "corporate"'],
  [{ signIn: { type: 'identityCenter', permissionSetPrefix: 'x'.repeat(20) } }, 'people.signIn.permissionSetPrefix must have at most 19'],
  [{ permissionsBoundary: 'arn:aws:iam::1:policy/b' }, 'people.permissionsBoundary must be the name of a managed policy'],
])('%j is refused', (people, fault) => {
  expect(faults(people)).toEqual([expect.stringContaining(fault)]);
});

test('a boundary of machines is a name too', () => {
  expect(faults({}, { permissionsBoundary: 'mlops-boundary' })).toEqual([]);
  expect(faults({}, { permissionsBoundary: 'a/b' })).toEqual([expect.stringContaining('machines.permissionsBoundary must be the name')]);
});

test('approvers are IAM principals, and subjects where people come through SAML', () => {
  const saml: PeopleConfig = { signIn: { type: 'saml', providerArn: 'arn:aws:iam::333333333333:saml-provider/corporate' } };
  expect(approverFaults(['arn:aws:iam::333333333333:role/Anna']).some(Boolean)).toBe(false);
  expect(approverFaults(['anna@example.com'])).toEqual(['approvers must be ARNs of IAM principals, got "anna@example.com"']);
  expect(approverFaults(['anna@example.com'], saml)).toEqual([false]);
  expect(approverFaults([' '], saml)).toEqual(['approvers must be subjects of the SAML provider (SAML:sub), got an empty text']);
});
