export type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const PSEUDO: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-central-1', 'AWS::AccountId': '111111111111', 'AWS::URLSuffix': 'amazonaws.com' };

const ARN_SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^AWS::Lambda::(Function|Version|Alias)$/, 'lambda:eu-central-1:111111111111:function:f'],
  [/^AWS::StepFunctions::StateMachine$/, 'states:eu-central-1:111111111111:stateMachine:m'],
  [/^AWS::SQS::Queue$/, 'sqs:eu-central-1:111111111111:q'],
  [/^AWS::SNS::Topic$/, 'sns:eu-central-1:111111111111:t'],
  [/^AWS::Events::EventBus$/, 'events:eu-central-1:111111111111:event-bus/b'],
];

/** Stands for what only a deployment knows; an ARN of the right kind where the template says what it is. */
function reference(id: string, template: Json): string {
  const resource = isRecord(template.Resources) ? template.Resources[id] : undefined;
  const type = isRecord(resource) ? String(resource.Type) : '';
  const arn = ARN_SERVICES.find(([pattern]) => pattern.test(type))?.[1];
  return PSEUDO[id] ?? (arn === undefined ? id : `arn:aws:${arn}`);
}

/**
 * A value of a template with its intrinsic functions replaced by text, so that documents in it can be read: `Fn::Join` is joined, references become names
 * or ARNs of the right kind.
 */
export function plain(value: unknown, template: Json): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => plain(element, template));
  }
  if (!isRecord(value)) {
    return value;
  }
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return intrinsic(name, argument, template);
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, plain(element, template)]));
}

function intrinsic(name: string, argument: unknown, template: Json): string {
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(plain(part, template))).join(separator);
  }
  if (name === 'Fn::Sub') {
    const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
    return text.replace(/\$\{([\w:.]+)\}/g, (_match, id: string) => reference(id.split('.')[0] ?? id, template));
  }
  const id = Array.isArray(argument) ? String(argument[0]) : String(argument);
  return reference(name === 'Fn::GetAtt' ? id.split('.')[0] ?? id : id, template);
}
