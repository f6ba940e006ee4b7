import type { CreateModelPackageInput, InferenceSpecification, UserContext } from '@aws-sdk/client-sagemaker';
import type { CallContext, Caller } from '../../core/service';
import { errors } from '../core/errors';
import type { Listed } from '../core/listing';
import { arnOf, parseArn, Regional, type ParsedArn, type Place } from '../core/place';

export interface ModelPackage extends Listed {
  readonly arn: string;
  readonly place: Place;
  readonly group?: ModelPackageGroup;
  readonly version?: number;
  readonly creationTime: Date;
  lastModifiedTime: Date;
  readonly createdBy: UserContext;
  lastModifiedBy?: UserContext;
  /** What CreateModelPackage was given and UpdateModelPackage changed. */
  input: CreateModelPackageInput;
  approvalDescription?: string;
}

export interface ModelPackageGroup extends Listed {
  readonly arn: string;
  readonly description?: string;
  readonly createdBy: UserContext;
  policy?: string;
  /** Versions are never given twice, also after a deletion. */
  lastVersion: number;
  readonly packages: Map<number, ModelPackage>;
}

export interface RegistryPlace {
  readonly groups: Map<string, ModelPackageGroup>;
  /** Packages without a group, by name. */
  readonly single: Map<string, ModelPackage>;
}

/** Who acted, as the registry shows it. */
export const userContext = (caller: Caller): UserContext => ({ IamIdentity: { Arn: caller.principalArn, PrincipalId: caller.accessKeyId } });

/** All model packages of all accounts. Whether a group's policy lets another account in is decided before a call is run, as for every resource. */
export class RegistryBook {
  private readonly places = new Regional<RegistryPlace>(() => ({ groups: new Map(), single: new Map() }));

  of(place: Place): RegistryPlace {
    return this.places.of(place);
  }

  group(nameOrArn: string | undefined, context: CallContext): ModelPackageGroup {
    const arn = parseArn(nameOrArn ?? '');
    const place = arn ?? context;
    const name = arn?.id ?? nameOrArn ?? '';
    const group = [...this.of(place).groups.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (group === undefined) {
      throw errors.invalid(`ModelPackageGroup ${arnOf(place, 'model-package-group', name)} does not exist.`);
    }
    return group;
  }

  /** @param nameOrArn ARN of a version, or the name of a package without a group */
  package(nameOrArn: string | undefined, context: CallContext): ModelPackage {
    const arn = parseArn(nameOrArn ?? '');
    const found = arn === undefined ? this.of(context).single.get(nameOrArn ?? '') : this.byArn(arn);
    if (found === undefined) {
      throw errors.invalid(`ModelPackage ${nameOrArn} does not exist.`);
    }
    return found;
  }

  private byArn(arn: ParsedArn): ModelPackage | undefined {
    const { groups, single } = this.of(arn);
    const [group = '', version] = arn.id.split('/');
    return version === undefined
      ? [...single.values()].find((one) => one.name.toLowerCase() === group)
      : [...groups.values()].find((one) => one.name.toLowerCase() === group)?.packages.get(Number(version));
  }
}

export const firstContainer = (specification: InferenceSpecification | undefined): NonNullable<InferenceSpecification['Containers']>[number] | undefined =>
  specification?.Containers?.[0];
