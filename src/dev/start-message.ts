/** What is told when all is up: where each part is, and a first order to paste. */

const labels: Readonly<Record<string, string>> = {
  api: "API",
  docs: "API's page",
  temporal: "Temporal UI",
  codec: "its codec server",
  production: "production (stand-in)",
  warehouse: "warehouse (stand-in)",
  logistics: "logistics (stand-in)",
  messages: "messages (stand-in)",
};

const order = {
  customer: { name: "客户A", contact: { person: "陈先生", phone: "+8613800000000", email: "a@example.com" } },
  salesRep: "li.na",
  lines: [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 }],
  custom: null,
  deliveryAddress: { province: "广东", city: "中山", street: "兴中道1号", postcode: "528400" },
  channel: "phone",
};

/** A word as a shell reads it. */
function quoted(text: string): string {
  return /^[\w./:-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @param home as the setting `GENDAN_HOME` says; the token has to come from the same one */
export function startMessage(urls: Readonly<Record<string, string>>, home: string): string {
  const places = Object.entries(labels).flatMap(([name, label]) => {
    const url = urls[name];
    return url === undefined ? [] : [`  ${label.padEnd(22)} ${url}`];
  });
  const where = home === ".gendan" ? "" : `GENDAN_HOME=${quoted(home)} `;
  // Far enough ahead to be promised, whenever this is pasted.
  const requestedDate = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  return [
    "",
    "Gendan 跟单 is running.",
    ...places,
    "",
    "A first order; paste it in another terminal, in this folder:",
    `  curl -s ${urls["api"] ?? ""}/orders \\`,
    `    -H "Authorization: Bearer $(${where}npm run --silent token -- --id li.na --role sales_rep)" \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${JSON.stringify({ ...order, requestedDate })}'`,
    "",
    "Ctrl-C stops all.",
  ].join("\n");
}
