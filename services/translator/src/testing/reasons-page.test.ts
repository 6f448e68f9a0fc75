import { expect, test } from 'vitest';
import { reasonsPage } from './reasons-page.ts';

test('reasons page - docs/protocol/reasons.md is up to date (npm run generate)', async () => {
  await expect(reasonsPage()).toMatchFileSnapshot('../../../../docs/protocol/reasons.md');
});
