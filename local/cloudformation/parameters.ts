import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Parameter } from '@aws-sdk/client-cloudformation';
import { createClient } from '../core/client';
import type { Credentials } from '../core/service';
import type { Target } from './model';
import { templateError, type Template, type TemplateParameter } from './template';

const SSM_VALUE = 'AWS::SSM::Parameter::Value<';

/** Raw values: what was given, else what the stack had (`UsePreviousValue`), else the default. */
export function rawParameters(
  template: Template,
  given: readonly Parameter[],
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const declared = template.Parameters ?? {};
  const strange = given.find(({ ParameterKey }) => !Object.hasOwn(declared, ParameterKey ?? '') && !Object.hasOwn(previous, ParameterKey ?? ''));
  if (strange !== undefined) {
    throw templateError(`Parameters: [${strange.ParameterKey}] do not exist in the template`);
  }
  const entries = Object.entries(declared).map(([name, declaration]) => {
    const asked = given.find(({ ParameterKey }) => ParameterKey === name);
    const value = (asked?.UsePreviousValue === true ? previous[name] : asked?.ParameterValue) ?? declaration.Default;
    if (value === undefined) {
      throw templateError(`Parameters: [${name}] must have values`);
    }
    if (declaration.AllowedValues !== undefined && !declaration.AllowedValues.map(String).includes(String(value))) {
      throw templateError(`Parameter ${name} must be one of ${declaration.AllowedValues.join(', ')}, got ${JSON.stringify(value)}`);
    }
    return [name, String(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Values behind raw parameters: lists split, SSM parameters read. */
export async function resolvedParameters(
  template: Template,
  raw: Readonly<Record<string, string>>,
  cloud: { readonly endpoint: string; readonly region: string },
  credentials: Credentials,
): Promise<Target['resolvedParameters']> {
  const resolveOne = async (name: string, declaration: TemplateParameter): Promise<string | readonly string[]> => {
    const value = raw[name] ?? '';
    if (!declaration.Type.startsWith(SSM_VALUE)) {
      return isList(declaration.Type) ? splitList(value) : value;
    }
    const client = createClient(SSMClient, cloud, credentials);
    try {
      const { Parameters: [found] = [] } = await client.send(new GetParametersCommand({ Names: [value] }));
      if (found === undefined) {
        throw new Error('there is none of this name');
      }
      const text = found.Value ?? '';
      return isList(declaration.Type.slice(SSM_VALUE.length)) ? splitList(text) : text;
    } catch (error) {
      throw templateError(`Unable to fetch parameters [${value}] from parameter store for this account: ${(error as Error).message}`);
    } finally {
      client.destroy();
    }
  };
  const entries = await Promise.all(Object.entries(template.Parameters ?? {}).map(async ([name, declaration]) => [name, await resolveOne(name, declaration)] as const));
  return Object.fromEntries(entries);
}

const isList = (type: string): boolean => type.startsWith('CommaDelimitedList') || type.startsWith('List<');
const splitList = (value: string): string[] => (value === '' ? [] : value.split(',').map((part) => part.trim()));
