/** The path of a `temporal` command that works. Throws one message that says what to install when there is none. */
export function bringEngine(): Promise<string>;
