import { createApp } from '../lib/app.ts';
import { buildWeb } from '../web/build.ts';

await buildWeb();
createApp().synth();
