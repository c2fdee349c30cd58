// Builds the npm package from the modules in src/main: dist/ with an ES module and a CommonJS module, each with its source
// map and types. Then it prints and checks the sizes of what applications bundle. It needs `esbuild` on the PATH, which
// npm scripts have from node_modules.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const SOURCE = fileURLToPath(new URL('../main/resources/META-INF/resources/', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** Browsers and versions of Node that have all of ES2022, private methods included. */
const TARGET = '--target=es2022';

/** Largest sizes of an application's bundle with these imports, minified and compressed, bytes. */
const LIMITS = {
  'createClient, chat': 8_300,
  'createClient, chat, fallback': 10_500,
  'createClient, counters': 6_700,
  'createClient, presence': 5_500,
  connect: 14_300,
};

/** @param {string[]} options */
const esbuild = (options, input = '') =>
  execFileSync('esbuild', [...options, '--bundle', TARGET, '--log-level=warning'], { input, cwd: DIST });

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
for (const [format, name] of [
  ['esm', 'liveline.js'],
  ['cjs', 'liveline.cjs'],
]) {
  esbuild([`${SOURCE}liveline.js`, `--format=${format}`, '--sourcemap', `--outfile=${name}`]);
}
for (const name of ['liveline.d.ts', 'liveline.d.cts']) {
  copyFileSync(`${SOURCE}liveline.d.ts`, DIST + name);
}

for (const [imports, limit] of Object.entries(LIMITS)) {
  const bundle = esbuild(['--format=esm', '--minify'], `export { ${imports} } from './liveline.js';`);
  const size = gzipSync(bundle, { level: 9 }).length;
  console.log(`${imports}: ${size} bytes of ${limit}, minified and compressed`);
  if (size > limit) {
    process.exitCode = 1;
    console.error(`${imports} is larger than its limit`);
  }
}
