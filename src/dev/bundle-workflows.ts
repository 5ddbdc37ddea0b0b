import { DefaultLogger } from "@temporalio/worker";
import { bundleWorkflows } from "../composition/workflow-bundle.ts";

/** The last step of `npm run build`. */
await bundleWorkflows(new DefaultLogger("WARN"));
