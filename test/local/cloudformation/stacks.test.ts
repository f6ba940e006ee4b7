import { thing, ToyCloudFormation } from './support';

let toys: ToyCloudFormation;
beforeEach(() => {
  toys = new ToyCloudFormation();
});

describe('creating a stack', () => {
  test('makes resources in order of their references, and outputs', async () => {
    await toys.deploy('s', {
      Resources: { B: thing('b', { 'Fn::GetAtt': ['A', 'Arn'] }), A: thing('a', 1) },
      Outputs: { Arn: { Value: { 'Fn::Sub': '${B.Arn}/${AWS::AccountId}' } } },
    });
    expect(await toys.status('s')).toBe('CREATE_COMPLETE');
    expect(toys.shelf.calls).toEqual(['create a', 'create b']);
    expect(toys.values()).toEqual({ a: 1, b: 'arn:thing-1' });
    expect(await toys.outputs('s')).toEqual({ Arn: 'arn:thing-2/111111111111' });
  });

  test('rolls back what it has made when a resource fails, and tells why', async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 1), B: thing('b', 'bad', { DependsOn: 'A' }) } });
    expect(await toys.status('s')).toBe('ROLLBACK_COMPLETE');
    expect(toys.shelf.things.size).toBe(0);
    expect(await toys.events('s')).toEqual(expect.arrayContaining([
      'B CREATE_FAILED the toy service says no',
      's ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.',
      'A DELETE_COMPLETE',
    ]));
  });

  test('keeps what is to be retained, as AWS does', async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 1, { DeletionPolicy: 'Retain' }), B: thing('b', 'bad', { DependsOn: 'A' }) } });
    expect(toys.values()).toEqual({ a: 1 });
  });

  test('leaves out resources whose condition does not hold', async () => {
    await toys.deploy('s', {
      Conditions: { No: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] } },
      Resources: { A: thing('a', 1), B: thing('b', 1, { Condition: 'No' }) },
    });
    expect(toys.values()).toEqual({ a: 1 });
  });
});

describe('a change set is refused before anything is touched', () => {
  const refused = async (template: object): Promise<string | undefined> => (await toys.deploy('s', template)).StatusReason;

  test('for a type that the local AWS does not make', async () => {
    expect(await refused({ Resources: { A: { Type: 'AWS::Braket::Job' } } })).toContain('resource type AWS::Braket::Job (A) is not supported by the local AWS');
  });

  test('for a property that would be skipped in silence', async () => {
    expect(await refused({ Resources: { A: { Type: 'AWS::Toy::Thing', Properties: { Colour: 'red' } } } })).toContain('property Colour of AWS::Toy::Thing (A)');
  });

  test('for an unknown function, reference, attribute or import', async () => {
    expect(await refused({ Resources: { A: thing('a', { 'Fn::Transform': {} }) } })).toContain('function Fn::Transform');
    expect(await refused({ Resources: { A: thing('a', { Ref: 'Nowhere' }) } })).toContain('[Nowhere]');
    expect(await refused({ Resources: { A: thing('a', { 'Fn::ImportValue': 'nothing' }) } })).toContain('No export named nothing');
  });

  test('for a circle', async () => {
    expect(await refused({ Resources: { A: thing('a', { Ref: 'B' }), B: thing('b', { Ref: 'A' }) } })).toContain('Circular dependency');
    expect(toys.shelf.calls).toEqual([]);
  });
});

describe('updating a stack', () => {
  beforeEach(async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 1), B: thing('b', { Ref: 'A' }) } });
    toys.shelf.calls.length = 0;
  });

  test('without a difference says so in the words that the toolkit reads', async () => {
    const set = await toys.deploy('s', { Resources: { A: thing('a', 1), B: thing('b', { Ref: 'A' }) } }, { create: false });
    expect(set).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringMatching(/^The submitted information didn't contain changes\./) });
  });

  test('changes in place what can be changed', async () => {
    const set = await toys.deploy('s', { Resources: { A: thing('a', 2), B: thing('b', { Ref: 'A' }) } }, { create: false });
    expect(set.Changes?.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId, ResourceChange?.Action, ResourceChange?.Replacement]))
      .toEqual([['A', 'Modify', 'False']]);
    expect(toys.shelf.calls).toEqual(['update a to 2']);
    expect(await toys.status('s')).toBe('UPDATE_COMPLETE');
  });

  test('replaces what can not, points dependants at the new one, then deletes the old one', async () => {
    const set = await toys.deploy('s', { Resources: { A: thing('a2', 1), B: thing('b', { Ref: 'A' }) } }, { create: false });
    expect(set.Changes?.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId, ResourceChange?.Replacement])).toEqual([['A', 'True'], ['B', 'False']]);
    expect(toys.shelf.calls).toEqual(['create a2', 'update b to thing-3', 'delete a']);
  });

  test('removes what the template no longer has, dependants first', async () => {
    await toys.deploy('s', { Resources: { C: thing('c', 1) } }, { create: false });
    expect(toys.shelf.calls).toEqual(['create c', 'delete b', 'delete a']);
  });

  test('puts everything back when one resource fails', async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 7), B: thing('b', 'bad', { DependsOn: 'A' }), C: thing('c', 1) } }, { create: false });
    expect(await toys.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(toys.values()).toEqual({ a: 1, b: 'thing-1' });
    const again = await toys.deploy('s', { Resources: { A: thing('a', 1), B: thing('b', { Ref: 'A' }) } }, { create: false });
    expect(again.StatusReason).toContain("didn't contain changes");
  });

  test('brings a replaced resource back when a later one fails', async () => {
    await toys.deploy('s', { Resources: { A: thing('a2', 1), B: thing('b', 'bad', { DependsOn: 'A' }) } }, { create: false });
    expect(toys.values()).toEqual({ a: 1, b: 'thing-1' });
  });

  test('sees a change of tags alone', async () => {
    const template = { Resources: { A: thing('a', 1), B: thing('b', { Ref: 'A' }) } };
    expect((await toys.deploy('s', template, { create: false, Tags: [{ Key: 'k', Value: 'v' }] })).Status).toBe('CREATE_COMPLETE');
  });
});

describe('deleting a stack', () => {
  test('takes dependants first and can be read by its ARN afterwards', async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 1), B: thing('b', { Ref: 'A' }) } });
    const { Stacks } = await toys.call<{ Stacks: { StackId: string }[] }>('DescribeStacks', { StackName: 's' });
    await toys.call('DeleteStack', { StackName: 's' });
    expect(toys.shelf.calls.slice(-2)).toEqual(['delete b', 'delete a']);
    await expect(toys.status('s')).rejects.toThrow('Stack with id s does not exist');
    expect(await toys.status(Stacks[0]?.StackId ?? '')).toBe('DELETE_COMPLETE');
  });

  test('is refused while another stack uses an export', async () => {
    await toys.deploy('one', { Resources: { A: thing('a', 1) }, Outputs: { O: { Value: { Ref: 'A' }, Export: { Name: 'shared' } } } });
    await toys.deploy('two', { Resources: { B: thing('b', { 'Fn::ImportValue': 'shared' }) } });
    expect(toys.values()).toEqual({ a: 1, b: 'thing-1' });
    await expect(toys.call('DeleteStack', { StackName: 'one' })).rejects.toThrow('in use by two');
    await toys.call('DeleteStack', { StackName: 'two' });
    await toys.call('DeleteStack', { StackName: 'one' });
    expect(toys.shelf.things.size).toBe(0);
  });

  test('is refused under termination protection', async () => {
    await toys.deploy('s', { Resources: { A: thing('a', 1) } });
    await toys.call('UpdateTerminationProtection', { StackName: 's', EnableTerminationProtection: true });
    await expect(toys.call('DeleteStack', { StackName: 's' })).rejects.toThrow('TerminationProtection');
  });
});
