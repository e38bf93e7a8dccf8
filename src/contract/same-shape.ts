/**
 * `T`, on condition that the schema's type is the same, key for key, optional keys included (`readonly` apart, which
 * zod's types lack). Otherwise `never`, so that the function that returns it does not compile: the proof that schema
 * and type agree.
 */
export type Agreed<Schema, T> = Identical<Bare<Schema>, Bare<T>> extends true ? T : never;

type Bare<T> = T extends readonly (infer Item)[]
  ? Bare<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Bare<T[K]> }
    : T;

/** Two types are identical when the compiler cannot tell two conditional types on them apart. */
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
