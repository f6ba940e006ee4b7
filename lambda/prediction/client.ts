import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { CHECK_REQUEST_PREFIX } from '../shared/inference/contract';
import type { HttpEvent, HttpResponse, PredictionRequest } from './contract';

/** What came back from the application. */
export interface ApplicationAnswer {
  /** HTTP status; 0 when the application crashed, could not be reached, or answered in another form than a function URL needs. */
  readonly status: number;
  /** Parsed JSON body; `undefined` if it was none. */
  readonly body: unknown;
  /** What happened where the status is 0. */
  readonly problem?: string;
}

/**
 * Calls the application as a caller over HTTP would: the same event, through the same code; only the URL's signature check is left out.
 * Never throws: for a check, a crash is a finding.
 *
 * @param body Text is sent as it is, so that malformed bodies can be sent too.
 */
export async function callApplication(client: LambdaClient, functionName: string, requestId: string, body: PredictionRequest | string): Promise<ApplicationAnswer> {
  const event: HttpEvent = {
    requestContext: { requestId: `${CHECK_REQUEST_PREFIX}${requestId}`, http: { method: 'POST' } },
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
  };
  try {
    const answer = await client.send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }));
    const payload = new TextDecoder().decode(answer.Payload);
    return answer.FunctionError === undefined ? parseAnswer(payload) : crashed(`the application crashed (${answer.FunctionError})`);
  } catch (error) {
    return crashed(`the application could not be called (${(error as Error).name}: ${(error as Error).message})`);
  }
}

const crashed = (problem: string): ApplicationAnswer => ({ status: 0, body: undefined, problem });

function parseAnswer(payload: string): ApplicationAnswer {
  const response = parseJson(payload) as Partial<HttpResponse> | null | undefined;
  if (typeof response?.statusCode !== 'number') {
    return crashed('the application answered without a status code');
  }
  return { status: response.statusCode, body: parseJson(response.body ?? '') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
