import { writeFileSync } from 'node:fs';
import { generatedFiles } from './files.ts';

const top = new URL('../../../../', import.meta.url);
for (const [path, text] of Object.entries(generatedFiles())) writeFileSync(new URL(path, top), text);
