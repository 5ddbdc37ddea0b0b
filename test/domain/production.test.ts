import { describe, test } from "vitest";
import { by, machine, type Story } from "./order-fixture.ts";
import { upTo } from "./regular.ts";
import { given } from "./scenario.ts";

const R = by("sales_rep");
const A = by("order_admin");
const P = machine("production");
const W = machine("warehouse");
const twoLines = {
  lines: [
    { counted: 100, specificationOk: true },
    { counted: 1, specificationOk: true },
  ],
};
const right = { lines: [{ counted: 100, specificationOk: true }] };
const short = { lines: [{ counted: 97, specificationOk: true, finding: "3 missing" }] };
const wrong = { lines: [{ counted: 100, specificationOk: false, finding: "4000 K" }] };

describe("progress (R3.1, R3.2)", () => {
  test("at least once a week the representative asks and enters it; each update starts the week anew", () => {
    given(upTo("release"))
      .dueIn("update-progress", "P7D")
      .later("P5D")
      .when("update-progress", R, { summary: "painting", source: "workshop" })
      .brings("progress-updated")
      .closed("update-progress", "met", "in time")
      .dueIn("update-progress", "P7D")
      .when("update-progress", A, { summary: "packing", source: "zhou.jie" })
      .brings("progress-updated");
  });

  test("production reports on the sheet, a number a line", () => {
    given(upTo("release"))
      .when("report-progress", P, { stage: "painting", quantityDone: [20] })
      .brings("progress-reported")
      .has({ production: { stageOfWork: "painting", quantityDone: [20] } })
      .refuses("report-progress", by("production"), { stage: "painting", quantityDone: [20, 1] }, "wrong-line-count")
      .report("report-progress", P, { stage: "painting", quantityDone: [20] })
      .brings("report-known");
  });

  test("reports come late and out of order: an older one does not turn the sheet back", () => {
    given(upTo("release"))
      .later("PT6H")
      .report("report-progress", P, { stage: "packing", quantityDone: [80] }, "PT1H")
      .report("report-progress", P, { stage: "painting", quantityDone: [50] }, "PT3H")
      .brings("progress-reported")
      .has({ production: { stageOfWork: "packing", quantityDone: [80] } });
  });

  test("progress from before everything was made, that comes after it, is noted; of later than that it is a discrepancy", () => {
    const painting = { stage: "painting", quantityDone: [50] };
    const made = given(upTo("leadTime"))
      .later("P5D")
      .report("finish-production", P, { quantity: [100] }, "PT1H");
    made.report("report-progress", P, painting, "PT1H").brings("report-known");
    made.report("report-progress", P, painting, "PT30M").brings("discrepancy-opened");
  });

  test("an expected finish too late for the promise is a delay; back within it and untold, it is withdrawn", () => {
    const progress = { stage: "painting", quantityDone: [20] };
    given(upTo("release"))
      .when("report-progress", P, { ...progress, expectedFinish: "2026-12-17" })
      .brings("progress-reported")
      .when("report-progress", P, { ...progress, expectedFinish: "2026-12-18" })
      .brings("progress-reported", "delay-opened")
      .has({ plannedFinish: "2026-12-17" })
      .when("report-progress", P, { ...progress, expectedFinish: "2026-12-16" })
      .brings("progress-reported", "delay-withdrawn")
      .customerWasTold();
  });
});

describe("finishing (R3.1)", () => {
  test("the representative is told, the warehouse expects the goods, the weekly update ends", () => {
    given(upTo("leadTime"))
      .when("finish-production", P, { quantity: [100] })
      .brings("production-finished")
      .in("made")
      .asks("warehouse:expect-goods", "made>sales_rep")
      .closed("finish-production", "met", "in time")
      .closed("update-progress", "lapsed")
      .owesOnly("check-goods", "confirm-receiving-time")
      .dueIn("check-goods", "PT24H")
      .dueIn("confirm-receiving-time", "PT24H")
      .when("update-progress", R, { summary: "in the warehouse", source: "workshop" })
      .owesNothingOf("update-progress");
  });

  test("fewer than ordered are only progress", () => {
    given(upTo("leadTime"))
      .when("finish-production", P, { quantity: [99] })
      .brings("progress-reported")
      .in("making")
      .has({ production: { quantityDone: [99] } })
      .owes("finish-production");
  });

  test("late is judged by business time, not by when the report came", () => {
    const late = given(upTo("leadTime")).later("P12D").owes("finish-production");
    late.report("finish-production", P, { quantity: [100] }, "P5D").closed("finish-production", "met", "in time");
    late.report("finish-production", P, { quantity: [100] }).closed("finish-production", "met", "late");
  });

  test("finished already is known", () => {
    given(upTo("finish"))
      .report("finish-production", P, { quantity: [100] })
      .brings("report-known");
    given(upTo("check"))
      .report("finish-production", P, { quantity: [100] })
      .brings("report-known");
  });
});

describe("the warehouse's check (R4.1)", () => {
  test("quantity and specification right: ready to ship, and logistics is asked to book", () => {
    given(upTo("finish"))
      .when("check-goods", W, right)
      .brings("goods-accepted")
      .in("ready")
      .asks("logistics:book")
      .owesOnly("confirm-receiving-time", "arrange-transport", "confirm-shipping-data")
      .refuses("check-goods", by("warehouse"), short, "not-in-stage")
      .report("check-goods", W, right)
      .brings("report-known");
    given(upTo("finish")).refuses("check-goods", W, twoLines, "wrong-line-count");
  });

  test.each([
    ["quantity", short],
    ["specification", wrong],
  ])("a mismatch of %s goes back to production with the finding", (_, finding) => {
    const back = given(upTo("finish"))
      .when("check-goods", W, finding)
      .brings("goods-refused")
      .in("rework")
      .asks("production:rework", "goods-refused>sales_rep")
      .closed("check-goods", "met")
      .owesOnly("rework", "update-progress", "confirm-receiving-time")
      .dueIn("rework", "P3D")
      .dueIn("update-progress", "P7D");
    back
      .when("report-progress", P, { stage: "repainting", quantityDone: [90] })
      .when("finish-production", P, { quantity: [100] })
      .in("made")
      .closed("rework", "met", "in time")
      .owes("check-goods")
      .when("check-goods", W, right)
      .in("ready");
  });

  const reworked = (story: Story) =>
    given(story)
      .when("check-goods", W, short)
      .later("PT5H")
      .when("finish-production", P, { quantity: [100] }).story;

  test("the check of the goods that were refused, once more and late, does not refuse the new ones", () => {
    given(upTo("finish")).when("check-goods", W, short).report("check-goods", W, short).brings("report-known").in("rework");
    given(reworked(upTo("finish")))
      .report("check-goods", W, wrong, "PT6H")
      .brings("report-known")
      .in("made");
    given(upTo("finish"))
      .when("check-goods", W, short)
      .report("finish-production", P, { quantity: [100] }, "PT1H")
      .brings("report-known")
      .in("rework");
  });

  test("a check that comes before production says it has finished is decided again then", () => {
    given(upTo("leadTime"))
      .report("check-goods", W, right)
      .brings("discrepancy-opened")
      .in("making")
      .owes("resolve-discrepancy")
      .when("finish-production", P, { quantity: [100] })
      .brings("production-finished", "goods-accepted", "discrepancy-closed")
      .in("ready")
      .closed("resolve-discrepancy", "met");
  });

  test("the receiving time is asked once for a run, rework or not", () => {
    given(upTo("receivingTime")).when("check-goods", W, wrong).owesNothingOf("confirm-receiving-time");
    given(reworked(upTo("finish"))).dueIn("confirm-receiving-time", "PT19H");
  });
});
