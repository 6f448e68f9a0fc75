#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);

if (existsSync(program)) {
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
  // Whatever still keeps the process alive does not keep it for long.
  setTimeout(() => process.exit(), 1000).unref();
} else {
  process.stderr.write('stoxgate: not built yet; run: npm run build\n');
  process.exitCode = 1;
}
