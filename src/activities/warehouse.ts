import type { OrderActivities } from "../contracts/workflow.ts";
import { ask } from "./http.ts";

/** Requests to the warehouse, below the base address `url` (`openapi/warehouse.json`). */
export function warehouseActivities({ url }: { readonly url: string }): Pick<OrderActivities, "askWarehouse"> {
  return { askWarehouse: (asked) => ask(url, asked) };
}
