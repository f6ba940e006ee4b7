import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { AnswerForm } from '../shared/inference/answers';
import type { ModelOutput } from '../shared/inference/contract';
import type { PredictionRequest } from './contract';

/** Answer of the model container. */
export interface ModelAnswer {
  readonly modelPackageArn: string;
  readonly variant: string;
  readonly predictions: readonly ModelOutput[];
}

/** The endpoint is not there, or cannot take the request now. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

/** The model failed, or answered something else than agreed. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

const UNAVAILABLE = ['ServiceUnavailable', 'ThrottlingException', 'ModelNotReadyException', 'InternalDependencyException'];

/**
 * Asks the endpoint for the predictions of a request.
 *
 * @throws ModelUnavailable, ModelError, or the SDK's error for everything that is neither.
 */
export async function invokeModel(client: SageMakerRuntimeClient, endpointName: string, request: PredictionRequest, form: AnswerForm): Promise<ModelAnswer> {
  const { body, variant } = await invoke(client, endpointName, JSON.stringify(request));
  return { ...parseAnswer(body, request.records.length, form), variant };
}

async function invoke(client: SageMakerRuntimeClient, endpointName: string, body: string): Promise<{ body: string; variant: string }> {
  try {
    const answer = await client.send(
      new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'application/json', Accept: 'application/json', Body: body }),
    );
    return { body: new TextDecoder().decode(answer.Body), variant: answer.InvokedProductionVariant ?? 'unknown' };
  } catch (error) {
    const { name, message } = error as Error;
    // The runtime has no error of its own for a missing endpoint.
    if (name === 'ValidationError' && /not found/i.test(message)) {
      throw new ModelUnavailable(`there is no endpoint ${endpointName} yet: no model has been promoted`, { cause: error });
    }
    if (UNAVAILABLE.includes(name)) {
      throw new ModelUnavailable(`endpoint ${endpointName} cannot answer now; try again`, { cause: error });
    }
    if (name === 'ModelError') {
      throw new ModelError(`the model of endpoint ${endpointName} failed`, { cause: error });
    }
    throw error;
  }
}

/**
 * Holds the model to its part of the contract: the application never hands on what it does not understand.
 *
 * @throws ModelError naming the deviation.
 */
export function parseAnswer(body: string, rows: number, form: AnswerForm): Omit<ModelAnswer, 'variant'> {
  let answer: { readonly modelPackageArn?: unknown; readonly predictions?: unknown } | null;
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch (error) {
    throw new ModelError('the model answered something that is no JSON', { cause: error });
  }
  const { modelPackageArn, predictions } = answer ?? {};
  if (typeof modelPackageArn !== 'string') {
    throw new ModelError('the model did not say which model package it is (modelPackageArn)');
  }
  if (!Array.isArray(predictions) || predictions.length !== rows) {
    throw new ModelError(`the model answered ${Array.isArray(predictions) ? predictions.length : 'no'} predictions for ${rows} records`);
  }
  return {
    modelPackageArn,
    predictions: predictions.map((prediction: unknown, index) => {
      const output = form.parse(prediction);
      if (output === undefined) {
        throw new ModelError(`prediction ${index} of the model is no ${form.shape}: ${JSON.stringify(prediction)}`);
      }
      return output;
    }),
  };
}
