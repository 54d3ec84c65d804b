// The typings of the wasm are written by hand, since Rust knows little of JavaScript's types. Here they are held to
// what wasm-bindgen generates from the Rust.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { at } from '../../../scripts/lib.mjs';

interface Parameter {
  /** The place in the list. */
  place: number;
  name: string;
  type: ts.Type;
}

const MODULES = ['clients', 'objects'] as const;

/** Both typings of a module in one program, so that their types can be compared. */
function typings(module: (typeof MODULES)[number]) {
  const [byHand, generated] = [at(`js/wasm/${module}.d.ts`), at(`target/glue-${module}/${module}.d.ts`)];
  const options = { strict: true, noEmit: true, types: [], lib: ['lib.es2024.d.ts', 'lib.webworker.d.ts'] };
  const program = ts.createProgram([byHand, generated, at('js/platform.d.ts')], options);
  const checker = program.getTypeChecker();
  const exported = (file: string) => {
    const source = program.getSourceFile(file);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`${file} exports nothing: run \`npm run build\``);
    return checker.getExportsOfModule(symbol);
  };
  const parametersOf = (symbol: ts.Symbol) => {
    const [signature, ...more] = checker.getTypeOfSymbol(symbol).getCallSignatures();
    if (!signature || more.length) return undefined;
    return signature.parameters.flatMap((parameter, place) => expanded(checker, parameter, place));
  };
  const functions = (symbols: readonly ts.Symbol[]) =>
    new Map(
      symbols.flatMap((symbol) => {
        const parameters = parametersOf(symbol);
        return parameters ? [[symbol.name, parameters] as const] : [];
      }),
    );
  const exports = exported(byHand).find(({ name }) => name === 'Exports');
  if (!exports) throw new Error('there is no Exports');
  return {
    checker,
    byHand: functions(checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(exports))),
    generated: functions(exported(generated).filter(({ name }) => !LOADING.includes(name))),
  };
}

// What the factory leaves out: scripts/glue.mjs.
const LOADING = ['start', 'initSync', 'default'];

/** A parameter; of a rest parameter that is a union of tuples, each place with all its types. */
function expanded(checker: ts.TypeChecker, parameter: ts.Symbol, place: number): Parameter[] {
  const type = checker.getTypeOfSymbol(parameter);
  const declaration = parameter.valueDeclaration;
  if (!declaration || !ts.isParameter(declaration) || !declaration.dotDotDotToken) {
    return [{ place, name: parameter.name, type }];
  }
  const tuples = (type.isUnion() ? type.types : [type]) as ts.TupleTypeReference[];
  return tuples.flatMap((tuple) =>
    checker.getTypeArguments(tuple).map((element, n) => {
      const label = tuple.target.labeledElementDeclarations?.[n]?.name;
      return { place: place + n, name: label?.getText() ?? `${parameter.name}[${n}]`, type: element };
    }),
  );
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

describe.each(MODULES)('%s', (module) => {
  const { checker, byHand, generated } = typings(module);

  it('has the same functions', () => {
    expect(generated.size).toBeGreaterThan(20);
    expect([...byHand.keys()].sort()).toEqual([...generated.keys()].sort());
  });

  it.each([...generated.keys()])('%s takes the same arguments in the same order', (name) => {
    const [wanted, given] = [generated.get(name) ?? [], byHand.get(name) ?? []];
    for (const { place, name, type } of given) {
      const parameter = wanted[place];
      if (!parameter) expect.fail(`${name} is one too many`);
      expect(name).toBe(camel(parameter.name));
      const [from, to] = [type, parameter.type].map((type) => checker.typeToString(type));
      expect(checker.isTypeAssignableTo(type, parameter.type), `${name}: ${from} for ${to}`).toBe(true);
    }
    expect(new Set(given.map(({ place }) => place)).size).toBe(wanted.length);
  });
});

it.each(MODULES)('%s: finds every function that the glue calls, and has no other', async (module) => {
  const { hostOf } = await import(`../../../pkg/wasm/imports/${module}.js` as string);
  const there = Object.keys(hostOf({ park: () => {}, fail: () => {} }, () => {}));
  const glue = readFileSync(at(`pkg/wasm/${module}.js`), 'utf8');
  const called = [...glue.matchAll(/\bhost\.(\w+)\(/g)].map(([, name]) => name);
  expect([...new Set(called)].sort()).toEqual(there.sort());
});
