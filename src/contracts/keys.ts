/** Idempotency keys belong to their caller (`docs/http.md`, Commands): two callers with the same key do not meet. */

/** Nothing in it is a slash. A lone surrogate, which no caller's id has, must not throw here. */
function callerPart(callerId: string): string {
  return encodeURIComponent(callerId.replaceAll(/\p{Surrogate}/gu, "\uFFFD"));
}

/** A caller's key as it is kept (`event.key`), looked up and sent to the engine. */
export function scopedKey(callerId: string, key: string): string {
  return `${callerPart(callerId)}/${key}`;
}

/** What carries a key: an event, a signal. */
interface Keyed {
  readonly key?: string | undefined;
  readonly hash?: string | undefined;
  readonly actor: { readonly id: string };
}

/** Whether something was sent under a scoped key; also where older code kept the caller's own key as it was. */
export function isUnder({ key, actor }: Keyed, scoped: string): boolean {
  if (key === undefined || key === scoped) return key !== undefined;
  return scoped.endsWith(`/${key}`) && scopedKey(actor.id, key) === scoped;
}

/**
 * All that followed from the command that was sent under a scoped key, in its order; empty when there was none. Of events with a key that
 * older code kept as it was, those of the same request: what follows by itself has another actor and the same hash.
 */
export function sentUnder<T extends Keyed>(all: readonly T[], scoped: string): readonly T[] {
  const first = all.find((each) => isUnder(each, scoped));
  return first ? all.filter(({ key, hash }) => key === first.key && hash === first.hash) : [];
}

/** Events by the key that they carry: a key is looked for at every report, and not among all events of the order. */
export function openKeys<T extends Keyed>() {
  const byKey = new Map<string, T[]>();
  return {
    add(each: T): void {
      if (each.key === undefined) return;
      const others = byKey.get(each.key);
      if (others) others.push(each);
      else byKey.set(each.key, [each]);
    },
    /** As {@link sentUnder}. No caller's part has a slash, so that older code's own key is what follows the first one. */
    under(scoped: string): readonly T[] {
      const own = scoped.slice(scoped.indexOf("/") + 1);
      return sentUnder([...(byKey.get(scoped) ?? []), ...(own === scoped ? [] : (byKey.get(own) ?? []))], scoped);
    },
  };
}
