/** What each lifecycle stage means, in words a marketer reads. */
import type { Stage } from '../core/profiles/stages.ts';

export const STAGE_WORDS: Record<Stage, { title: string; explain: string }> = {
  new: { title: 'New', explain: 'Has only just begun: too little is known of a rhythm.' },
  active: { title: 'Active', explain: 'Bought lately, measured by the own usual gap between purchases.' },
  due: { title: 'Due', explain: 'The usual gap since the last purchase is about over.' },
  lapsing: { title: 'Lapsing', explain: 'Has been away longer than usual.' },
  lost: { title: 'Lost', explain: 'Has been away far longer than ever before.' },
};
