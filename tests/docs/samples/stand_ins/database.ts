import { vi } from 'vitest';

/** What the database package of the documents offers: the table, and a query that is counted. */
export const content = { categoryId: 'category_id', status: 'status' };
export const findMany = vi.fn(async (_: unknown) => [{ id: 'content-1', title: 'First' }]);
export const db = { query: { content: { findMany } } };
export const eq = (column: string, value: unknown) => ({ [column]: value });
export const and = (...conditions: object[]) => Object.assign({}, ...conditions);
