/** The folder with Postgres' programs. Throws one message that says what to install when there is none. */
export function bringPostgres(): Promise<string>;
