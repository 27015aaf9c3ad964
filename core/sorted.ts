/** Places in what is sorted already. */

/** Number of entries of a sorted array below a value. */
export function below(sorted: ArrayLike<number>, value: number): number {
  return leading(sorted.length, (index) => sorted[index]! < value);
}

/** How many actions of a sequence come before an instant. */
export function before(actions: readonly { at: number }[], instant: number): number {
  return leading(actions.length, (index) => actions[index]!.at < instant);
}

/** How many of `length` entries something holds for, which holds for the first ones only. */
function leading(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
