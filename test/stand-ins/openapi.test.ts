import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { asks } from "../../src/domain/order/effects.ts";
import { behaviour, troubles } from "../../src/stand-ins/behaviour.ts";
import { openApi, openApiText, systems } from "../../src/stand-ins/openapi.ts";
import { openStandIns } from "./stand-ins-under-test.ts";

describe.each(systems)("the contract of %s", (system) => {
  it("equals the committed document (else `npm run generate`)", () => {
    const committed: unknown = JSON.parse(readFileSync(new URL(`../../openapi/${system}.json`, import.meta.url), "utf8"));
    expect(committed).toEqual(JSON.parse(openApiText(system)));
  });

  it("has every ask, and no broken reference", () => {
    const text = openApiText(system);
    const { paths, components } = z
      .object({ paths: z.record(z.string(), z.unknown()), components: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(openApi(system));
    // Logistics is asked where a shipment is, too: a question, which needs no key.
    const questions = system === "logistics" ? ["/shipments/{trackingNumber}"] : [];
    expect(Object.keys(paths)).toEqual([...asks[system].map((ask) => `/${ask}`), ...questions]);
    const references = [...text.matchAll(/"\$ref": "#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    expect(text.match(/"\$ref"/g)?.length).toBe(references.length);
    for (const [, kind = "", name = ""] of references) expect(components[kind], `${kind}/${name}`).toHaveProperty(name);
  });
});

it("is served by each stand-in, with what it can be told: every trouble that it can make", async () => {
  const { urls } = await openStandIns({ mode: "manual" });
  const api = z.looseObject({ paths: z.record(z.string(), z.unknown()) });
  const { paths, ...served } = api.parse(await (await fetch(`${urls.logistics}/openapi.json`)).json());
  const { paths: contract, ...committed } = api.parse(JSON.parse(openApiText("logistics")));
  expect(served).toEqual(committed);
  expect(paths).toMatchObject(contract);
  const more = Object.keys(paths).filter((path) => !(path in contract));
  expect(more).toEqual(["/control/behaviour", "/control/report", "/control/reset"]);
  const text = JSON.stringify(paths["/control/behaviour"]);
  for (const name of [...Object.keys(behaviour.shape), ...Object.keys(troubles)]) expect(text).toContain(`"${name}"`);
});
