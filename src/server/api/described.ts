// Ties a schema to the wire type it describes: what the schema admits must be what the type says, at compile time.
import { type Static, type TSchema, Type } from 'typebox'

/** `described<EventPage>()(schema)` is the schema; it does not compile where the two differ. */
export function described<Wire>() {
  return <S extends TSchema>(schema: S & (Static<S> extends Wire ? unknown : never)): S => schema
}

/** One of several words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] })
}

export function orNull<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()])
}

export const version = Type.Literal(1)
export const instant = Type.Integer({ description: 'Unix milliseconds' })
export const counter = Type.Integer({ minimum: 0 })
