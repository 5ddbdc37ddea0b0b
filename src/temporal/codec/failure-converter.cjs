/** Messages and stacks of failures go through the codec too. Loaded by path, also into the workflows' bundle: hence no TypeScript. */
const { DefaultFailureConverter } = require("@temporalio/common");

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
