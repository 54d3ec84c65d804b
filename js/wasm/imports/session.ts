// What src/session/object writes of a record, and the plain objects that its methods answer.

interface Stored {
  sessionId: string;
  customerId: string;
  userAgent: string;
  createdAt: number;
}

export const hostSession = {
  sessionText(sessionId: string, customerId: string, userAgent: string, createdAt: number): string {
    return JSON.stringify({ sessionId, customerId, userAgent, createdAt } satisfies Stored);
  },
  sessionRecord(text: string) {
    const record = JSON.parse(text) as Stored;
    return { ...record, createdAt: new Date(record.createdAt) };
  },
  sessionPlace: (customerId: string, tick: number, kept: boolean) =>
    kept ? { customerId, tick, kept } : { customerId, tick },
  sessionIndex: (at: number, tick: number, ids: string[], ticks: number[]) => ({ at, tick, ids, ticks }),
  revocations: (at: number, revokedAt: number, tokens: string[], moments: number[]) => ({
    at,
    revokedAt,
    tokens,
    moments,
  }),
  tokenState: (at: number, revokedAt: number, users: string[], untils: number[]) => ({
    at,
    revokedAt,
    users,
    untils,
  }),
};
