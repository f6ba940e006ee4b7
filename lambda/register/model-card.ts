import type { ModelProjectData } from '../shared/project/contract';
import type { EvaluationReport } from './contract';

/** What a model card says beside the words of the declaration. */
export interface ModelCardFacts {
  readonly project: ModelProjectData;
  readonly evaluation: EvaluationReport;
  readonly evaluationUri: string;
  readonly image: string;
  readonly modelDataUrl: string;
  readonly snapshotUri: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** What differs from the champion's packages; `null` without a champion. */
  readonly environmentChanges: readonly string[] | null;
}

/** Longest text that SageMaker's model card schema allows in the fields used here. */
const MAXIMUM_TEXT = 1024;

const clip = (text: string): string => (text.length <= MAXIMUM_TEXT ? text : `${text.slice(0, MAXIMUM_TEXT - 3)}...`);

const simpleMetrics = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ name, type: 'number', value }));

/** Content of the model card in SageMaker's schema: words from the declaration, figures from the evaluation. */
export function modelCard(facts: ModelCardFacts): Record<string, unknown> {
  const { declaration, schema } = facts.project;
  const { modelCard: words } = declaration;
  const groups = [
    { name: 'candidate', metric_data: simpleMetrics(facts.evaluation.metrics) },
    { name: 'baseline', metric_data: simpleMetrics(facts.evaluation.baseline) },
    ...(facts.evaluation.champion === null ? [] : [{ name: 'champion', metric_data: simpleMetrics(facts.evaluation.champion) }]),
  ];
  return {
    // The card of a model package knows these two fields of the overview only.
    model_overview: { model_creator: clip(words.owner), model_artifact: [facts.modelDataUrl] },
    intended_uses: {
      purpose_of_model: clip(words.purpose),
      intended_uses: clip(words.intendedUses),
      risk_rating: words.riskRating,
    },
    training_details: {
      training_job_details: {
        training_datasets: [facts.snapshotUri],
        training_environment: { container_image: [facts.image] },
        hyper_parameters: Object.entries(facts.hyperparameters).map(([name, value]) => ({ name, value })),
      },
      training_observations: `Schema version ${schema.version}, ${schema.features.length} features, target ${schema.target.name}.`,
    },
    evaluation_details: [
      {
        name: 'test split',
        evaluation_observation: `${facts.evaluation.rows} rows that no training job has seen.`,
        datasets: [facts.evaluationUri],
        metric_groups: groups,
      },
    ],
    additional_information: {
      ethical_considerations: clip(words.ethicalConsiderations),
      caveats_and_recommendations: clip(words.caveats),
      custom_details: {
        model: declaration.name,
        description: clip(declaration.description),
        problem_type: declaration.problemType,
        changes_of_packages: clip(facts.environmentChanges === null ? 'no champion to compare with' : facts.environmentChanges.join(', ') || 'none since the champion'),
      },
    },
  };
}
