import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build as esbuild, type BuildOptions } from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import { minify } from 'terser'
import ts from 'typescript'
import { build as vite } from 'vite'
import webpack from 'webpack'

/** Builds of one small program by the tools that people use. Each writes to `dist` of the workspace. */

/** Every line that may be in a stack has a mark. */
const SOURCES = {
  'src/main.ts': `import { outer } from './lib.ts'

// é 😀 in a comment, and in code below
type Names = readonly string[]

export function start(names: Names): void {
  for (const name of names) outer(name, names.length) // frame: start
}

start(['é😀', "it's"]) // frame: top
`,
  'src/lib.ts': `interface Labelled {
  readonly label: string
}

export function outer(text: string, size: number): void {
  const labelled: Labelled = { label: \`😀 \${text}\` }
  inner(labelled, size) // frame: outer
}

function inner({ label }: Labelled, size: number): void {
  if (size > 1) throw new RangeError(\`too many: \${label}\`) // frame: inner
  console.log(label)
}
`,
}

export async function writeSources(workspace: string): Promise<void> {
  await mkdir(join(workspace, 'src'), { recursive: true })
  for (const [name, text] of Object.entries(SOURCES)) await writeFile(join(workspace, name), text)
}

type Builder = (workspace: string) => Promise<void>

const byEsbuild =
  (options: BuildOptions): Builder =>
  async (workspace) => {
    await esbuild({
      absWorkingDir: workspace,
      entryPoints: ['src/main.ts'],
      outdir: 'dist',
      bundle: true,
      sourcemap: true,
      logLevel: 'silent',
      ...options,
    })
  }

const byTypeScript =
  (module: ts.ModuleKind, extra: ts.CompilerOptions = {}): Builder =>
  async (workspace) => {
    const options: ts.CompilerOptions = {
      module,
      target: ts.ScriptTarget.ES2022,
      sourceMap: true,
      rewriteRelativeImportExtensions: true,
      ...extra,
    }
    await mkdir(join(workspace, 'dist'), { recursive: true })
    if (module === ts.ModuleKind.ESNext)
      await writeFile(join(workspace, 'dist/package.json'), '{"type":"module"}')
    for (const name of ['main', 'lib']) {
      const text = await readFile(join(workspace, `src/${name}.ts`), 'utf8')
      const { outputText, sourceMapText } = ts.transpileModule(text, {
        compilerOptions: options,
        fileName: `../src/${name}.ts`,
      })
      await writeFile(
        join(workspace, `dist/${name}.js`),
        outputText.replace(/sourceMappingURL=.*$/m, `sourceMappingURL=${name}.js.map`),
      )
      if (sourceMapText !== undefined) await writeFile(join(workspace, `dist/${name}.js.map`), sourceMapText)
    }
  }

/** Rollup and webpack read JavaScript only. */
async function toJavaScript(workspace: string): Promise<void> {
  await mkdir(join(workspace, 'js'), { recursive: true })
  for (const name of ['main', 'lib']) {
    const text = await readFile(join(workspace, `src/${name}.ts`), 'utf8')
    const plain = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    }).outputText
    await writeFile(join(workspace, `js/${name}.js`), plain.replace('./lib.ts', './lib.js'))
  }
}

const byRollup =
  (sourcemap: boolean | 'inline' | 'hidden'): Builder =>
  async (workspace) => {
    await toJavaScript(workspace)
    const bundle = await rollup({ input: join(workspace, 'js/main.js'), onwarn: () => undefined })
    await bundle.write({ file: join(workspace, 'dist/main.mjs'), format: 'es', sourcemap })
    await bundle.close()
  }

const byRolldown: Builder = async (workspace) => {
  const bundle = await rolldown({ input: join(workspace, 'src/main.ts'), cwd: workspace })
  await bundle.write({ file: join(workspace, 'dist/main.cjs'), format: 'cjs', minify: true, sourcemap: true })
  await bundle.close()
}

const byVite: Builder = async (workspace) => {
  await vite({
    root: workspace,
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: 'dist',
      minify: true,
      sourcemap: true,
      lib: { entry: 'src/main.ts', formats: ['es'], fileName: 'main' },
    },
  })
}

const byWebpack =
  (mode: 'production' | 'development', devtool: string): Builder =>
  async (workspace) => {
    await toJavaScript(workspace)
    await new Promise<void>((resolve, reject) => {
      webpack(
        {
          mode,
          devtool,
          context: workspace,
          entry: './js/main.js',
          target: 'node',
          output: { path: join(workspace, 'dist'), filename: 'main.cjs' },
        },
        (error, stats) => {
          const failed = error ?? (stats?.hasErrors() ? new Error(stats.toString()) : undefined)
          if (failed) reject(failed)
          else resolve()
        },
      )
    })
  }

const byTerser: Builder = async (workspace) => {
  await byEsbuild({ format: 'iife', minify: false })(workspace)
  const path = join(workspace, 'dist/main.js')
  const { code = '', map } = await minify(
    { 'main.js': await readFile(path, 'utf8') },
    {
      sourceMap: {
        content: await readFile(`${path}.map`, 'utf8'),
        url: 'main.js.map',
        includeSources: true,
      },
    },
  )
  await writeFile(path, code)
  await writeFile(`${path}.map`, typeof map === 'string' ? map : JSON.stringify(map))
}

/** By name: how the program is built. */
export const BUILDERS: Readonly<Record<string, Builder>> = {
  'esbuild, minified script': byEsbuild({ format: 'iife', minify: true }),
  'esbuild, module': byEsbuild({ format: 'esm', minify: true, outExtension: { '.js': '.mjs' } }),
  'esbuild, CommonJS with a hashbang': byEsbuild({
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    outExtension: { '.js': '.cjs' },
  }),
  'esbuild, strict with a licence': byEsbuild({
    format: 'iife',
    minify: true,
    banner: { js: '/* licence */ "use strict";\n// é' },
  }),
  'esbuild, inline map': byEsbuild({ format: 'iife', minify: true, sourcemap: 'inline' }),
  'esbuild, hidden map': byEsbuild({ format: 'iife', minify: true, sourcemap: 'external' }),
  'rollup, module': byRollup(true),
  'rollup, inline map': byRollup('inline'),
  'rollup, hidden map': byRollup('hidden'),
  'rolldown, CommonJS': byRolldown,
  'vite, library': byVite,
  'webpack, production': byWebpack('production', 'source-map'),
  'webpack, hidden map': byWebpack('production', 'hidden-source-map'),
  'webpack, development': byWebpack('development', 'inline-source-map'),
  'tsc, CommonJS': byTypeScript(ts.ModuleKind.CommonJS, { inlineSources: true }),
  'tsc, modules': byTypeScript(ts.ModuleKind.ESNext, { inlineSources: true }),
  'terser, from esbuild': byTerser,
}
