/**
 * What the codec has proved of a payload, told to whoever reads the value. Loaded by path, also into the workflows' bundle: hence no
 * TypeScript. In a workflow nothing that a stranger sends makes the reading fail: what cannot be read is no value at all there.
 */
const { defaultPayloadConverter } = require("@temporalio/common");
const { decode } = require("@temporalio/common/lib/encoding.js");

/** On a value that was encrypted: who is proved to have sent it. `src/workflows/order/gate/sender.ts` reads it. */
const FROM = Symbol.for("gendan.from");
/** On what stands for a value that was encrypted and cannot be decrypted: why. */
const UNDECODABLE = Symbol.for("gendan.undecodable");

/** @param {unknown} value @param {symbol} name @param {Uint8Array} bytes */
function marked(value, name, bytes) {
  return typeof value === "object" && value !== null ? Object.defineProperty(value, name, { value: decode(bytes) }) : value;
}

exports.payloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload(payload, context, hint) {
    const inWorkflow = Object.hasOwn(globalThis, "__TEMPORAL_ACTIVATOR__");
    const { "gendan-from": from, "gendan-undecodable": undecodable } = payload.metadata ?? {};
    if (undecodable) {
      // A start, a signal, an update; the answer of an activity can wait for the key.
      if (inWorkflow && context?.type === "workflow") return marked({}, UNDECODABLE, undecodable);
      throw new Error(decode(undecodable));
    }
    if (from) return marked(defaultPayloadConverter.fromPayload(payload, context, hint), FROM, from);
    if (!inWorkflow) return defaultPayloadConverter.fromPayload(payload, context, hint);
    try {
      return defaultPayloadConverter.fromPayload(payload, context, hint);
    } catch {
      return undefined;
    }
  },
};
