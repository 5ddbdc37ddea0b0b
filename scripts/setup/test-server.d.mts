/** The path of a time-skipping test server. Throws one message that says what to install when there is none. */
export function bringTestServer(): Promise<string>;
