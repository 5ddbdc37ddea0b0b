import type { OperatorService } from "@temporalio/client";
import { searchAttributes } from "../contracts/search-attributes.ts";

/** `temporal.api.enums.v1.IndexedValueType`. */
const types = { KEYWORD: 2, INT: 3, DATETIME: 6, KEYWORD_LIST: 7 } as const;

/**
 * Registers the search attributes of orders that a namespace does not have yet. Several processes may do this at once.
 * @throws Error that names the attributes that exist with another type; Temporal's own when it does not allow it
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
    // Another process may have registered them meanwhile.
    if ((await missing()).length > 0) throw error;
  }
}
