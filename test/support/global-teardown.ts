import { rmSync } from 'node:fs';

export default function tearDown(): void {
  if (process.env.TMPDIR?.includes('mlops-unit-') === true) {
    rmSync(process.env.TMPDIR, { recursive: true, force: true });
  }
}
