/** Setting of θ, the purchase rate that divides the bands; absent: the nightly run measures it. */
export const THETA = { kind: 'bands', name: 'theta' } as const;
