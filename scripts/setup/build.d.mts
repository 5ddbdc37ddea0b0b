/** Builds `dist/` when it is not what `src/` is. */
export function build(): Promise<void>;
