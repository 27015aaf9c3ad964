import type { Regulation } from '../../core/erasure/regulation.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A request as Segment's API tells it, with the certificate of a finished erasure. */
export function regulationBody({ id, type, subjects, status, createdAt, finishedAt, passes }: Regulation) {
  return {
    data: {
      regulation: {
        id,
        regulationType: type,
        subjectType: 'USER_ID' as const,
        subjects,
        overallStatus: status,
        status,
        createdAt: iso(createdAt),
        ...(finishedAt !== undefined && { finishedAt: iso(finishedAt) }),
        ...(status === 'FINISHED' &&
          passes.length > 0 && {
            certificate: {
              passes: passes.map((pass) => ({
                ...pass,
                startedAt: iso(pass.startedAt),
                finishedAt: iso(pass.finishedAt),
              })),
            },
          }),
      },
      status,
    },
  };
}
