/** A text with interpolations, taken apart. */
export type Part = string | Interpolation

export type Interpolation =
  /** `${a.b}`; `dots` are those before the first key. */
  | { is: 'node'; dots: number; keys: Part[][]; text: string }
  /** `${oc.env:VAR,default}` */
  | { is: 'resolver'; name: Part[]; args: Argument[]; text: string }

/** An argument of a resolver. A bare word is typed; quotes make it text. */
export type Argument =
  | { is: 'word'; parts: Part[] }
  | { is: 'quoted'; parts: Part[] }
  | { is: 'list'; items: Argument[] }
  | { is: 'dict'; entries: [key: Argument, item: Argument][] }

/** What is wrong with an interpolation, and which text at which place holds it. */
export class InterpolationError extends Error {
  at: { text: string; path: readonly string[] } | null = null
}

export const hasInterpolation = (text: string): boolean => text.includes('${')
