import type { FunctionConfiguration, InvocationResponse } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { HttpAnswer, LocalService, Operation } from '../../../local/core/service';
import { createLambdaService } from '../../../local/lambda';
import type { Outcome } from '../../../local/lambda/fleet';
import type { Target } from '../../../local/lambda/store';
import type { Invocation } from '../../../local/lambda/worker';
import { fakeCloud, fakeContext, type FakeCloud } from '../../support/fake-cloud';

export const ACCOUNT = '111111111111';
export const arnOf = (name: string): string => `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${name}`;
export const zip = (text: string): Uint8Array => zipSync({ 'index.js': Buffer.from(text) });

/** What the fake workers answer: the payload, or a failure. */
export type Answering = (target: Target, invocation: Invocation) => unknown;

/** A service whose workers are functions of the test. */
export class Bench {
  readonly cloud: FakeCloud = fakeCloud();
  readonly runs: { readonly target: Target; readonly invocation: Invocation }[] = [];
  readonly service: LocalService;

  constructor(answering: Answering = () => null) {
    this.service = createLambdaService(this.cloud, {
      run: async (target, invocation): Promise<Outcome> => {
        this.runs.push({ target, invocation });
        try {
          return { payload: JSON.stringify(answering(target, invocation)), failed: false, logTail: '' };
        } catch (error) {
          return { payload: JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message }), failed: true, logTail: '' };
        }
      },
    });
  }

  async call<T>(operation: string, input: object, account = ACCOUNT): Promise<T> {
    const found = this.service.operations[operation] as Operation | undefined;
    if (found === undefined) {
      throw new Error(`no operation ${operation}`);
    }
    return await (found as (input: object, context: object) => Promise<object | void>)(input, fakeContext(account)) as T;
  }

  create(FunctionName: string, rest: object = {}): Promise<FunctionConfiguration> {
    return this.call('CreateFunction', {
      FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: `arn:aws:iam::${ACCOUNT}:role/r`, Code: { ZipFile: zip(FunctionName) }, ...rest,
    });
  }

  async invoke(FunctionName: string, event: unknown = {}, rest: object = {}): Promise<InvocationResponse & { readonly json: unknown }> {
    const answer = await this.call<InvocationResponse>('Invoke', { FunctionName, Payload: Buffer.from(JSON.stringify(event)), ...rest });
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    return { ...answer, json: text === '' ? undefined : JSON.parse(text) as unknown };
  }

  async http(method: string, url: string, headers: Record<string, string> = {}, body = ''): Promise<HttpAnswer | undefined> {
    return this.service.handleHttp?.({ method, url, headers, body: Buffer.from(body), context: fakeContext(ACCOUNT, `arn:aws:iam::${ACCOUNT}:role/caller`) });
  }
}
