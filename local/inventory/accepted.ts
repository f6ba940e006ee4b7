import { inert } from '../cloudformation/resources/inert';
import { inventoryOf, templatesIn } from './assembly';

/** Resource types of an assembly that the local AWS records and does nothing with, sorted. */
export const acceptedTypes = (assembly: string): string[] => inventoryOf(templatesIn(assembly)).resourceTypes.filter((type) => type in inert);
