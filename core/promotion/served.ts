/** The version whose calls an endpoint answers that is always there; absent while it is none's, as during its update. */
export const SERVED = { kind: 'model', name: 'endpoint' } as const;
