/** Code of a model project in S3, which a space gets when it starts. */
export interface Tool {
  /** Name of the model. */
  readonly model: string;
  readonly bucketName: string;
  readonly key: string;
}

/** What a space is prepared with. */
export interface StartScriptProps {
  readonly tools: readonly Tool[];
  readonly variables: Readonly<Record<string, string>>;
  readonly packageIndex?: string;
}

/**
 * Script that a space runs when it starts, within SageMaker's five minutes: the released code of every model project, the names of buckets, and the
 * package index where there is one. It changes nothing that is there already.
 */
export const startScript = ({ tools, variables, packageIndex }: StartScriptProps): string =>
  [
    '#!/bin/bash',
    'set -eu',
    'mkdir -p "$HOME/models"',
    `cat > "$HOME/.mlops" <<'END'`,
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
    'END',
    `grep -qs '[.]mlops' "$HOME/.bashrc" || echo '. "$HOME/.mlops"' >> "$HOME/.bashrc"`,
    ...tools.flatMap(({ model, bucketName, key }) => [
      `if [ ! -e "$HOME/models/${model}" ]; then`,
      `  aws s3 cp --only-show-errors "s3://${bucketName}/${key}" "/tmp/${model}.zip"`,
      `  python3 -m zipfile -e "/tmp/${model}.zip" "$HOME/models/${model}"`,
      'fi',
    ]),
    ...(packageIndex === undefined ? [] : [`pip config set global.index-url '${packageIndex}'`]),
    '',
  ].join('\n');
