import type { ActionResult, SubmitFunction } from '@sveltejs/kit';
import { createContext } from 'svelte';
import { invalidateAll } from '$app/navigation';
import { page } from '$app/state';
import { type CartChange, withChange } from './cart';
import type { CartItem } from './types';

export interface Submission {
  change: CartChange;
  /** Said when the server has taken the change, to those who cannot see it. */
  done: string;
}

interface Notice {
  kind: 'good' | 'bad';
  text: string;
}

interface Pending {
  change: CartChange;
  /** The items that were shown when the answer came: what replaces them knows of the change. */
  answeredOver?: unknown;
}

const NOTICE_MS = 6000;

/**
 * What the visitor asked for and the server has not answered. Pages show the server's cart
 * with these changes on top: an answer replaces its change by the truth, a failure takes it
 * back and says why.
 */
export class PendingCart {
  #changes = $state.raw<Pending[]>([]);
  /** The last answer: one after the other, so that no answer tells of half a sequence. */
  #last: Promise<unknown> = Promise.resolve();
  notice = $state.raw<Notice | null>(null);

  over(items: CartItem[]): CartItem[] {
    return this.#changes
      .filter(({ answeredOver }) => answeredOver === undefined || answeredOver === items)
      .reduce((shown, { change }) => withChange(shown, change), items);
  }

  /** For `use:enhance`: shows the change at once and sends it when its turn has come. */
  submit(describe: (form: FormData) => Submission): SubmitFunction {
    return async ({ formData }) => {
      const { change, done } = describe(formData);
      const pending: Pending = { change };
      this.#changes = [...this.#changes, pending];
      this.notice = null;
      const { promise: answered, resolve: leave } = Promise.withResolvers<void>();
      const before = this.#last;
      this.#last = answered;
      await before;
      return async ({ result }) => {
        try {
          pending.answeredOver = page.data.cart;
          // A refused change too: it may have been refused because the cart is another.
          await invalidateAll();
          this.tell(noticeOf(result, done));
        } finally {
          this.#changes = this.#changes.filter((other) => other !== pending);
          leave();
        }
      };
    };
  }

  /** What went well need not stay; what did not stays until the next page or change. */
  tell(notice: Notice): void {
    this.notice = notice;
    if (notice.kind === 'bad') return;
    setTimeout(() => {
      if (this.notice === notice) this.notice = null;
    }, NOTICE_MS);
  }
}

function noticeOf(result: ActionResult, done: string): Notice {
  if (result.type === 'success' || result.type === 'redirect') return { kind: 'good', text: done };
  const told: unknown = result.type === 'failure' ? result.data?.message : undefined;
  const text = typeof told === 'string' ? told : 'That did not reach us. Please try again.';
  return { kind: 'bad', text };
}

/** One for each visit: set by the layout, read by what is inside. */
export const [pendingCart, setPendingCart] = createContext<PendingCart>();
