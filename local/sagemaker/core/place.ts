/** Where a resource lives: every account has resources of its own in every region. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface ParsedArn extends Place {
  /** `training-job`, `model-package` ... */
  readonly type: string;
  /** What follows the type. */
  readonly id: string;
}

/** SageMaker spells resources in lower case in their ARNs. */
export const arnOf = ({ accountId, region }: Place, type: string, name: string): string =>
  `arn:aws:sagemaker:${region}:${accountId}:${type}/${name.toLowerCase()}`;

export function parseArn(text: string): ParsedArn | undefined {
  const match = /^arn:[\w-]+:sagemaker:([\w-]+):(\d{12}):([\w-]+)\/(.+)$/.exec(text);
  return match === null ? undefined : { region: String(match[1]), accountId: String(match[2]), type: String(match[3]), id: String(match[4]) };
}

/** A name that may also come as an ARN, in the place of the call or the one that the ARN names. */
export function locate(nameOrArn: string, type: string, place: Place): Place & { readonly name: string } {
  const arn = parseArn(nameOrArn);
  const { accountId, region, id } = arn?.type === type ? arn : { ...place, id: nameOrArn };
  return { accountId, region, name: id };
}

/** One value per account and region, made on first use. */
export class Regional<T> {
  private readonly values = new Map<string, T>();

  constructor(private readonly make: () => T) {}

  of({ accountId, region }: Place): T {
    const key = `${accountId}/${region}`;
    const known = this.values.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = this.make();
    this.values.set(key, made);
    return made;
  }

  all(): T[] {
    return [...this.values.values()];
  }
}
