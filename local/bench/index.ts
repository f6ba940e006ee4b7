import { measureData } from './data';
import { type Figure, tableOf, withinLimits } from './figures';
import { measureLocalAws } from './local-aws';

// The pinned SDK supports this Node.js; its notice about later versions is for whoever raises the pin.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** What can be measured, by the name it is asked for. */
const SUITES: Readonly<Record<string, () => Promise<Figure[]>>> = { local: measureLocalAws, data: measureData };

/** `npm run bench [-- local|data] [--json]`: all suites, or one. Fails when a promised limit is exceeded. */
async function main(): Promise<number> {
  const asked = process.argv.slice(2).filter((argument) => argument !== '--json');
  const unknown = asked.find((name) => SUITES[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`there is no bench ${JSON.stringify(unknown)}; there is ${Object.keys(SUITES).join(', ')}`);
  }
  const figures: Figure[] = [];
  for (const name of asked.length > 0 ? asked : Object.keys(SUITES)) {
    figures.push(...((await SUITES[name]?.()) ?? []));
  }
  if (!process.argv.includes('--json')) {
    process.stdout.write(`${tableOf(figures)}\n\n`);
  }
  process.stdout.write(`${JSON.stringify({ node: process.version, figures })}\n`);
  return withinLimits(figures) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
