// Builds the npm package: dist/ with an ES module and a CommonJS module, their source maps and types. Then it prints and
// checks its size in an application. It needs `esbuild` and `tsc` on the PATH, which npm scripts have from node_modules.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Largest size, minified and compressed, bytes. */
const LIMIT = 3_000;
const cwd = fileURLToPath(new URL('.', import.meta.url));

/** @param {string[]} options */
const esbuild = (...options) =>
  execFileSync(
    'esbuild',
    ['src/index.ts', '--bundle', '--packages=external', '--target=es2022', '--log-level=warning', ...options],
    { cwd },
  );

rmSync(`${cwd}dist`, { recursive: true, force: true });
// Next.js and others take a module without the mark for one that runs on the server only.
const banner = '--banner:js="use client";';
esbuild('--format=esm', '--sourcemap', banner, '--outfile=dist/index.js');
esbuild('--format=cjs', '--sourcemap', banner, '--outfile=dist/index.cjs');
execFileSync('tsc', { cwd, stdio: 'inherit' });
['shared', 'sharedroom'].forEach((internal) => rmSync(`${cwd}dist/${internal}.d.ts`));
copyFileSync(`${cwd}dist/index.d.ts`, `${cwd}dist/index.d.cts`);

const size = gzipSync(esbuild('--format=esm', '--minify'), { level: 9 }).length;
console.log(`@liveline/react: ${size} bytes of ${LIMIT}, minified and compressed`);
if (size > LIMIT) {
  process.exitCode = 1;
  console.error('@liveline/react is larger than its limit');
}
