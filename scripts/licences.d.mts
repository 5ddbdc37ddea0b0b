export function shipped(): Promise<{ name: string; version: string; licence: string }[]>;
export function isAllowed(licence: string): boolean;
