import type { Reply } from '../../src/worker/protocol.ts';

/** What a request was answered; throws where the worker refused, with its code. */
export async function value<T>(reply: Promise<Reply<T>>): Promise<T> {
  const answered = await reply;
  if (answered.ok) return answered.value;
  throw Object.assign(new Error(answered.message), { code: answered.code });
}
