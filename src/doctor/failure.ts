// A step to the exchange that did not succeed: a value, by Node's word for it.

export type Failure = { readonly errno: string; readonly text: string }

export function isFailure(value: object): value is Failure {
  return 'errno' in value
}
