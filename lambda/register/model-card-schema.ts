import { z } from 'zod';

/*
 * The JSON schema of SageMaker's model cards, as far as the card of a model package may hold it: no members beyond these, and these lengths.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html (section "Model card JSON schema")
 */

const short = z.string().max(1024);
const long = z.string().max(2048);
const name = z.string().min(1).max(255);

const metric = z.union([
  z.strictObject({ name, notes: short.optional(), type: z.enum(['number', 'string', 'boolean']), value: z.union([z.number(), z.string(), z.boolean()]) }),
  z.strictObject({
    name,
    notes: short.optional(),
    type: z.literal('bar_chart'),
    value: z.array(z.number()),
    x_axis_name: z.array(z.string()).optional(),
    y_axis_name: z.string().optional(),
  }),
]);

export const modelCardSchema = z.strictObject({
  // The card of a model package knows these two members of the overview alone.
  model_overview: z.strictObject({ model_creator: short, model_artifact: z.array(short).max(15) }),
  intended_uses: z.strictObject({
    purpose_of_model: long,
    intended_uses: long,
    factors_affecting_model_efficiency: long.optional(),
    risk_rating: z.enum(['High', 'Medium', 'Low', 'Unknown']),
    explanations_for_risk_rating: long.optional(),
  }),
  training_details: z.strictObject({
    objective_function: z.strictObject({ function: z.strictObject({ function: z.enum(['Maximize', 'Minimize']), facet: z.string().max(63) }), notes: short.optional() }).optional(),
    training_observations: short.optional(),
    training_job_details: z.strictObject({
      training_arn: short.optional(),
      training_datasets: z.array(short).max(15),
      training_environment: z.strictObject({ container_image: z.array(short).max(15) }),
      hyper_parameters: z.array(z.strictObject({ name, value: name })).max(100),
    }),
  }),
  evaluation_details: z.array(
    z.strictObject({
      name: z.string().min(1).max(63),
      evaluation_observation: z.string().max(2096).optional(),
      datasets: z.array(short).max(10),
      metric_groups: z.array(z.strictObject({ name: z.string().min(1).max(63), metric_data: z.array(metric) })),
    }),
  ),
  additional_information: z.strictObject({
    ethical_considerations: long,
    caveats_and_recommendations: long,
    custom_details: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), short),
  }),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

/** Longest card of a model package. */
const MAXIMUM_LENGTH = 100_000;

/**
 * A model card in SageMaker's schema.
 *
 * @throws Error naming each member that SageMaker would refuse.
 */
export function parseModelCard(card: unknown, where: string): ModelCard {
  const parsed = modelCardSchema.safeParse(card);
  if (!parsed.success) {
    throw new Error(`${where} is not in SageMaker's schema: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  }
  const { length } = JSON.stringify(parsed.data);
  if (length > MAXIMUM_LENGTH) {
    throw new Error(`${where} has ${length} characters; SageMaker takes ${MAXIMUM_LENGTH} in a model package`);
  }
  return parsed.data;
}
