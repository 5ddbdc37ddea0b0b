import type { OperatorService } from "@temporalio/client";
import { searchAttributes } from "../contracts/search-attributes.ts";

/** `temporal.api.enums.v1.IndexedValueType`. */
const types = { KEYWORD: 2, INT: 3, DATETIME: 6, KEYWORD_LIST: 7 } as const;

/**
 * Registers the search attributes of orders in a namespace; those that are there already stay. Safe when several
 * processes do so at once.
 * @throws Error that names attributes that are there with another type; the engine's own when it does not allow it.
 */
export async function ensureSearchAttributes(operatorService: OperatorService, namespace: string): Promise<void> {
  const missing = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const present = new Map<string, number>(Object.entries(customAttributes));
    const wanted = Object.values(searchAttributes).map(({ name, type }) => ({ name, type: types[type] }));
    const wrong = wanted.filter(({ name, type }) => present.has(name) && present.get(name) !== type);
    if (wrong.length > 0)
      throw new Error(`search attributes of another type are there: ${wrong.map(({ name }) => name).join(", ")}`);
    return wanted.filter(({ name }) => !present.has(name));
  };
  const adding = await missing();
  if (adding.length === 0) return;
  const added = Object.fromEntries(adding.map(({ name, type }) => [name, type]));
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes: added });
  } catch (error) {
    // Another process may have been first: then nothing is missing.
    if ((await missing()).length > 0) throw error;
  }
}
