/** What `GET` and `PUT /v1/bands` answer; the dashboard imports this type. */
import type { Day } from '../../core/time.ts';

export interface BandsReply {
  /** θ that the shop set, which the next run uses; null: it is measured (at least 5 %). `PUT` takes `{theta}`. */
  theta: number | null;
  /** θ of the latest finished run; null before the first. */
  latest: { day: Day; theta: number } | null;
}
