/** The folder of an empty database, to be copied; `undefined` where none can be kept. */
export function bringRecordsTemplate(): Promise<string | undefined>;
