export { readEnvironmentObjects, useForeignKey } from '../core/foreign-objects';
