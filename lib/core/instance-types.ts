/**
 * Families with disks in the instance, which the hardware encrypts: SageMaker refuses a key for the storage of such instances, of jobs and of
 * endpoints alike.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
 */
const LOCAL_DISKS = /^ml\.([a-z]+\d+[a-z]*d[a-z]*|g5|g6e?|p5e?n?|trn\d[a-z]*)\./;

/** Whether instances of a type have disks of their own, whose storage takes no key. */
export const hasLocalDisks = (instanceType: string): boolean => LOCAL_DISKS.test(instanceType);
