/** The package ships no types. */
declare module 'asl-validator' {
  interface Problem {
    readonly 'Error code': string;
    readonly Message: string;
  }
  function validate(definition: object): { readonly isValid: boolean; readonly errors: readonly Problem[] };
  export = validate;
}
