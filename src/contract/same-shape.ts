/**
 * Compile-time proof that a schema and the type it stands for agree key for key, optional keys included; `readonly`
 * is ignored, since zod's types have none. Use: `type _Proof = Proven<SameShape<z.infer<typeof schema>, Type>>`.
 */
export type SameShape<A, B> = Identical<Bare<A>, Bare<B>>;

/** Fails to compile unless given `true`. */
export type Proven<T extends true> = T;

type Bare<T> = T extends readonly (infer Item)[]
  ? Bare<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Bare<T[K]> }
    : T;

/** Two types are identical when the compiler cannot tell two conditional types on them apart. */
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
