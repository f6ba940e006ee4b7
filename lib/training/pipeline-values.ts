/** Value that SageMaker fills in when the pipeline runs. */
export interface Reference {
  readonly Get: string;
}

/** Text put together from texts and references. */
export interface Join {
  readonly 'Std:Join': { readonly On: string; readonly Values: readonly Text[] };
}

export type Text = string | Reference | Join;
