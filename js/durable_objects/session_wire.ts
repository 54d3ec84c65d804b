// The shop's session wire: one JSON object by POST, whatever the host and the path.
import { CloudflareClientsError } from '../error.js';
import type { SessionRecord } from '../session_record.js';
import type { SessionStoreClient } from '../session_store.js';

/** Longer bodies are refused: a record has two ids and a user agent. */
const MAX_BODY_BYTES = 65_536;

interface Body {
  op?: unknown;
  id?: unknown;
  customerId?: unknown;
  record?: unknown;
}

/** Answers one request of the wire from the same sessions that `SessionStoreClient` has. */
export async function answerWire(request: Request, store: () => SessionStoreClient): Promise<Response> {
  try {
    const body = parsed(await textOf(request));
    if (!body) return refused(400);
    const answer = await answerTo(body, store);
    return answer ? Response.json({ ok: true, ...answer }) : refused(400);
  } catch (error) {
    if (error instanceof CloudflareClientsError) return refused(statusOf(error), error.code);
    throw error;
  }
}

async function answerTo(body: Body, store: () => SessionStoreClient): Promise<object | undefined> {
  const id = body.id as string;
  switch (body.op) {
    case 'get':
      return { record: await store().get(id) };
    case 'set':
      await store().set(recordOf(body.record));
      return {};
    case 'delete':
      await store().delete(id);
      return {};
    case 'list':
      return { records: await store().list(body.customerId as string) };
    default:
      return undefined;
  }
}

// What is no record is refused by `set`.
function recordOf(given: unknown): SessionRecord {
  if (typeof given !== 'object' || given === null) return given as never;
  const { createdAt } = given as { createdAt?: unknown };
  const date = typeof createdAt === 'string' ? new Date(createdAt) : undefined;
  return { ...given, createdAt: date } as SessionRecord;
}

function parsed(text: string | undefined): Body | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(request: Request): Promise<string | undefined> {
  if (!request.body) return undefined;
  const reader = request.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length > MAX_BODY_BYTES) {
      await reader.cancel();
      return undefined;
    }
  }
}

function statusOf({ code }: CloudflareClientsError): number {
  if (code.startsWith('invalid_')) return code === 'invalid_handle' ? 500 : 400;
  if (code === 'conflict') return 409;
  if (code === 'limit_exceeded') return 429;
  return code === 'misconfigured' || code === 'panic' ? 500 : 503;
}

function refused(status: number, code?: string): Response {
  return Response.json({ ok: false, ...(code !== undefined && { code }) }, { status });
}
