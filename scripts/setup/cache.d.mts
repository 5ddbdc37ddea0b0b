/** Runs `work` while no other process does, on this machine; `folder` is the lock. */
export function alone<T>(folder: string, what: string, work: () => Promise<T>): Promise<T>;
/** Writes a line of set-up on stderr. */
export function say(line: string): void;
/** The folder outside the project where engines are kept. */
export function cacheFolder(): string;
