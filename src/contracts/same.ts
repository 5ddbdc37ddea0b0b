import type { z } from "zod";

/** Holding a schema and a type of the domain together, so that neither gains or loses a field alone. */

/** A type without what JSON does not know: `readonly`, and `undefined` beside absence. */
type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<Exclude<T[K], undefined>> }
    : T;

type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type At<T, K> = K extends keyof T ? T[K] : "missing";
/** The fields in which two types differ: as the schema has it, and as the domain has it. */
type Difference<A, B> = {
  [K in keyof A | keyof B as IsSame<At<A, K>, At<B, K>> extends true ? never : K]: { schema: At<A, K>; domain: At<B, K> };
};

/**
 * Compiles only where a schema's output is exactly a type: `sameAs<ChangeView>()(schema)`. Otherwise the compiler misses a second argument,
 * whose type names the fields that differ.
 */
export function sameAs<T>() {
  return <S extends z.ZodType>(
    schema: S,
    ..._difference: IsSame<Plain<z.output<S>>, Plain<T>> extends true ? [] : [Difference<Plain<z.output<S>>, Plain<T>>]
  ): S => schema;
}

/** A schema as it is where its output is exactly a type; elsewhere a type that no schema has, which names the fields that differ. */
export type IsAnswered<S extends z.ZodType, T> =
  IsSame<Plain<z.output<S>>, Plain<T>> extends true ? S : { readonly differs: Difference<Plain<z.output<S>>, Plain<T>> };
