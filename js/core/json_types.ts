// What becomes of a type in JSON, and what JSON would lose of it.

/** The type of a value that was stored as JSON and read again: a `Date` is a string there, a method is gone. */
export type Jsonify<T> = Unchanged<T, AsJson<T>>;

// What is JSON already keeps its name.
type Unchanged<T, Json> = [T, Json] extends [Json, T] ? T : Json;

type AsJson<T> = unknown extends T
  ? T
  : T extends { toJSON(...rest: never[]): infer Json }
    ? Json
    : T extends string | number | boolean | null | undefined
      ? T
      : T extends LeftOut
        ? undefined
        : T extends readonly unknown[]
          ? { [Place in keyof T]: Jsonify<T[Place]> }
          : T extends object
            ? { [Name in keyof T as IsLeftOut<T[Name], Name>]: Jsonify<T[Name]> }
            : never;

// What JSON leaves out of an object.
type LeftOut = symbol | ((...rest: never[]) => unknown);
type IsLeftOut<T, Name> = Name extends symbol
  ? never
  : [T] extends [LeftOut]
    ? [T] extends [never]
      ? Name
      : never
    : Name;

/** What JSON makes `{}` of, or cannot say at all. */
type Lost =
  | PromiseLike<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | Error
  | ArrayBufferLike
  | ArrayBufferView
  | { readonly bodyUsed: boolean }
  | LeftOut
  | bigint
  | undefined;

/** Nothing more than `unknown` for a type that JSON can say, as far as types tell; else what nothing is. */
export type Storable<T> = unknown extends T
  ? unknown
  : T extends Lost
    ? never
    : T extends string | number | boolean | null | { toJSON(...rest: never[]): unknown }
      ? unknown
      : T extends object
        ? {
            [Name in keyof T]: T[Name] extends LeftOut | undefined
              ? unknown
              : Storable<Exclude<T[Name], LeftOut | undefined>>;
          }
        : unknown;
