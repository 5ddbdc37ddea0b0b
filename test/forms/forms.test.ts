import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Form, FormInput } from "../../src/forms/form.ts";
import { orderConfirmation } from "../../src/forms/order-confirmation.ts";
import { renderPage } from "../../src/forms/page.ts";
import { renderPdf, splitByFont } from "../../src/forms/pdf.ts";
import { productionProgress } from "../../src/forms/production-progress.ts";
import { shippingNotice } from "../../src/forms/shipping-notice.ts";
import { yuan, yuanInCapitals } from "../../src/texts/format.ts";
import { beginning, by, machine, when, type Story } from "../domain/order-fixture.ts";
import { address, customer, entry, lines, upTo } from "../domain/regular.ts";
import { dutyOf } from "../domain/scenario.ts";
import { customEntered, largeReleased } from "../domain/special.ts";
import { pagesOf, rowsOf, textsOf, withoutSpaces, visibleText, valueOf } from "./reading.ts";

const R = by("sales_rep");

function formInput({ order, events, now }: Story, more: Partial<FormInput> = {}): FormInput {
  if (!order) throw new Error("no order");
  return {
    order,
    events,
    hidden: new Set(),
    locale: "zh",
    nameOf: (id) => (id === "li.na" ? "李娜" : id),
    company: "示例灯饰厂",
    printed: { at: now, by: "li.na" },
    ...more,
  };
}

const NINE = "2026-11-23 09:00";

/** A released order with an accepted change of the lampshade's colour (R1.3, example B). */
function orderWithChange(): Story {
  const dearer = [{ ...lines[0], specification: "E27 9W 3000K, shade blue", unitPriceFen: 3600 }];
  const asked = when(upTo("leadTime"), "request-change", R, {
    kind: "specification",
    patch: { lines: dearer as typeof lines },
    revision: 1,
    why: "another colour",
  });
  const changeId = asked.order?.changes[0]?.changeId ?? "";
  const assessed = when(asked, "assess-change", by("order_admin"), { changeId, feasible: true, extraCostFen: 5_000 });
  const accepted = when(assessed, "accept-change", R, { changeId, channel: "wechat" });
  const signed = when(accepted, "sign", by("supervisor"), { changeId });
  return when(signed, "answer-amendment", machine("production"), { changeId, accepted: true });
}

describe("the order confirmation", () => {
  const form = orderConfirmation(formInput(upTo("release")));

  test("has the values of the order, field by field", () => {
    const expected = {
      单据编号: "SO-1-OC",
      订单编号: "SO-1",
      版次: "1",
      生效时间: NINE,
      订单状态: "生产中",
      接单时间: NINE,
      客户名称: customer.name,
      联系人: customer.contact.person,
      联系电话: customer.contact.phone,
      电子邮箱: "—",
      交货地址: `${address.province} ${address.city} ${address.street}`,
      邮政编码: address.postcode,
      销售代表: "李娜 (li.na)",
      客户要求交期: "2026-12-20",
      承诺交期: "2026-12-20",
      订单类别: "普通订单",
      运费承担: "客户承担",
      件数合计: "100",
      订单总额: "3,500.00",
      大写: "人民币叁仟伍佰元整",
    };
    for (const [label, value] of Object.entries(expected)) expect([label, valueOf(form, label)]).toEqual([label, value]);
    expect(rowsOf(form, "订单明细")).toEqual([["1", "LED-A60", "E27 9W 3000K", "100", "35.00", "3,500.00"]]);
    expect(form.marks).toEqual([]);
    expect(form.company).toBe("示例灯饰厂");
  });

  test("shows who signed when, and an empty box for each missing signature", () => {
    expect(form.signatures).toEqual([
      { label: "客户确认", by: "李娜 (li.na)", at: NINE, note: "电话" },
      { label: "销售代表（录入自检）", by: "李娜 (li.na)", at: NINE },
      { label: "主管签字", by: "wang.fang", at: NINE },
      { label: "订单管理员（核对下达）", by: "zhao.min", at: NINE },
    ]);
    const unsigned = orderConfirmation(formInput(upTo("enter")));
    expect(unsigned.signatures.slice(2)).toEqual([{ label: "主管签字" }, { label: "订单管理员（核对下达）" }]);
    expect(unsigned.marks).toEqual(["未经主管签字"]);
    expect(orderConfirmation(formInput(upTo("confirm"))).marks).toEqual(["草稿：尚未录入，不作为凭据"]);
  });

  test("shows lead time, design, brief and their signatures for a special order", () => {
    const large = orderConfirmation(formInput(largeReleased()));
    expect(valueOf(large, "订单类别")).toBe("大额订单");
    expect(valueOf(large, "生产部门预计完工")).toBe(largeReleased().order?.leadTime?.finishDate);
    expect(valueOf(large, "运费承担")).toBe("公司承担");
    expect(large.signatures.map(({ label, by: who }) => [label, who])).toContainEqual(["主管（特殊订单知悉）", "wang.fang"]);
    const custom = orderConfirmation(formInput(customEntered()));
    expect(valueOf(custom, "定制要求")).toBe("colour temperature 3,300 K");
    expect(custom.signatures.map(({ label }) => label)).toContain("设计部门");
  });

  test("shows an accepted change as a new revision, with its signatures", () => {
    const story = orderWithChange();
    const { order } = story;
    const now = orderConfirmation(formInput(story, { newest: 2 }));
    expect([valueOf(now, "版次"), valueOf(now, "变更加价"), valueOf(now, "订单总额")]).toEqual(["2", "50.00", "3,650.00"]);
    expect(order?.amountFen).toBe(365_000);
    expect(rowsOf(now, "变更记录")).toEqual([
      [`${order?.changes[0]?.changeId} 规格`, "another colour", "—", "50.00", "已生效", NINE, "wang.fang"],
    ]);
    expect(now.signatures.map(({ label }) => label)).toEqual(
      expect.arrayContaining([expect.stringContaining("客户确认（变更 c"), expect.stringContaining("主管签字（变更 c")]),
    );
  });

  test("leaves out prices and contact data for a reader who may not see them", () => {
    const hidden = new Set(["contact", "amountFen", "unitPriceFen", "deliveryAddress", "extraCostFen"]);
    const text = textsOf(orderConfirmation(formInput(orderWithChange(), { hidden }))).join("\n");
    expect(text).not.toMatch(/陈先生|13800000000|古镇路|35\.00|3,6|人民币|加价|联系/u);
    expect(text).toContain("E27 9W 3000K, shade blue");
  });

  test("shows the customer's questions, answers and remarks", () => {
    const received = when(beginning, "receive", R, { customer, salesRep: "li.na", lines, note: "附说明书" });
    const { dutyId } = dutyOf(received, "confirm");
    const asked = when(received, "ask-customer", R, { dutyId, question: "灯头 E27？", channel: "wecom" });
    const answered = when(asked, "record-answer", R, { questionId: asked.order?.questions[0]?.questionId ?? "", answer: "是" });
    const asking = orderConfirmation(formInput(answered));
    expect(rowsOf(asking, "客户疑问与答复")).toEqual([["灯头 E27？", "是", NINE, "李娜 (li.na)"]]);
    expect(rowsOf(asking, "备注")).toEqual([["附说明书", NINE, "李娜 (li.na)"]]);
  });
});

describe("the production progress sheet", () => {
  test("lists the stages of production with the time of each, and the quantities", () => {
    const form = productionProgress(formInput(upTo("check")));
    expect(rowsOf(form, "生产阶段及时间")).toEqual([
      [NINE, "下达生产", "—", "zhao.min"],
      [NINE, "反馈生产周期", "预计完工 2026-12-03", "production-system"],
      [NINE, "生产进度", "assembly; #1: 50", "production-system"],
      [NINE, "生产完工", "#1: 100", "production-system"],
      [NINE, "仓库核对相符", "#1: 实点数量 100, 规格相符 是", "warehouse-system"],
    ]);
    expect(rowsOf(form, "每周进度更新")).toEqual([[NINE, "half done", "workshop", "李娜 (li.na)"]]);
    expect(rowsOf(form, "订单明细")).toEqual([["1", "LED-A60", "E27 9W 3000K", "100", "100", "100%"]]);
    expect(valueOf(form, "计划完工")).toBe("2026-12-03");
    expect(form.signatures.map(({ by: who }) => who)).toEqual([
      "zhao.min",
      "李娜 (li.na)",
      "production-system",
      "warehouse-system",
    ]);
  });

  test("shows a delay with its cause, and what the customer was told", () => {
    const late = when(upTo("leadTime"), "report-delay", machine("production"), { cause: "材料不足", newFinish: "2026-12-22" });
    const told = when(late, "tell-customer-of-delay", R, {
      reason: "材料晚到",
      remedy: { kind: "discount", valueFen: 10_000 },
      newDate: "2026-12-25",
      channel: "phone",
    });
    const agreed = when(told, "agree-remedy", R, { accepted: true });
    const [row] = rowsOf(productionProgress(formInput(agreed)), "延期记录");
    expect(row).toEqual([
      "材料不足",
      "2026-12-20",
      "2026-12-25",
      `${NINE} 电话\n材料晚到`,
      "折让 100.00",
      "2026-12-25",
      "已商定",
    ]);
  });
});

describe("the shipping notice", () => {
  test("shows the address, the transport, and who signed for the goods", () => {
    const form = shippingNotice(formInput(upTo("receipt")));
    const expected = {
      收货人: "陈先生",
      联系电话: "+8613800000000",
      交货地址: "广东 中山 古镇路 1",
      收货时间: "2026-11-26 09:00 – 2026-12-20 18:00",
      运输方式: "快递",
      承运人: "SF",
      运费承担: "公司承担",
      运单号: "SF1",
      发货时间: NINE,
      预计到货: "2026-11-26",
      签收人: "陈先生",
      签收时间: "2026-11-23 09:00",
      客户满意度: "5 / 5",
      订单状态: "已完成",
    };
    for (const [label, value] of Object.entries(expected)) expect([label, valueOf(form, label)]).toEqual([label, value]);
    expect(rowsOf(form, "订单明细")).toEqual([["1", "LED-A60", "E27 9W 3000K", "100", "100", "是"]]);
    expect(form.signatures.map(({ by: who, at }) => [who, at])).toEqual([
      ["warehouse-system", NINE],
      ["李娜 (li.na)", NINE],
      ["logistics-system", NINE],
      ["陈先生", "2026-11-23 09:00"],
      ["李娜 (li.na)", NINE],
    ]);
    expect(shippingNotice(formInput(upTo("check"))).marks).toEqual(["尚未发货"]);
  });

  test("is about the second shipment after the first was lost, and lists the first", () => {
    const lost = when(upTo("dispatch"), "report-trace", machine("logistics"), { trackingNumber: "SF1", result: "lost" });
    const again = when(lost, "decide-loss", by("supervisor"), { decision: "ship_again", reason: "lost" });
    const form = shippingNotice(formInput(again));
    expect([valueOf(form, "发货次序"), valueOf(form, "运单号")]).toEqual(["2", "—"]);
    expect(rowsOf(form, "历次发货")).toEqual([["1", "SF", "SF1", NINE, "丢失: lost"]]);
  });
});

/** Sixty lines, a customer of hostile names, remarks longer than a page. */
const hostile = `<img src=x onerror="alert(1)">'&amp; \u202E ${"W".repeat(900)} ${"灯".repeat(900)}`;
const many = Array.from({ length: 60 }, (_, index) => ({
  model: `LED-A${index}-水晶吊灯`,
  specification: `E27 ${index + 3}W 3000K 暖白光，灯罩颜色：古铜㐱，线长 1.5 m ±0.05`,
  quantity: 100 + index,
  unitPriceFen: 3500 + index * 137,
}));
function long(): Story {
  const who = { name: "古镇镇<b>星光</b>灯饰有限公司", contact: { person: "陈先生 👍 𠮷", phone: "+86 138-0000-0000 转 8012" } };
  const received = when(beginning, "receive", R, { customer: who, salesRep: "li.na", lines: many, note: hostile });
  const confirmed = when(received, "confirm", R, { lines: many, deliveryDate: "2027-01-20", channel: "phone" });
  return when(confirmed, "enter", R, { ...entry, customer: who, lines: many, requestedDate: "2027-01-20" });
}

const forms: readonly (readonly [string, Form])[] = [
  ["the order confirmation", orderConfirmation(formInput(orderWithChange(), { checksum: "0123456789abcdef0123" }))],
  ["… in English", orderConfirmation(formInput(orderWithChange(), { locale: "en" }))],
  ["the production progress sheet", productionProgress(formInput(upTo("receipt")))],
  ["the shipping notice", shippingNotice(formInput(upTo("receipt")))],
  ["… in English", shippingNotice(formInput(upTo("receipt"), { locale: "en" }))],
  ["a draft", orderConfirmation(formInput(upTo("receive")))],
  ["a long order", orderConfirmation(formInput(long()))],
];

describe.each(forms)("%s, rendered", (_name, form) => {
  test("is rendered as a page with all its texts, all of them escaped", () => {
    const html = renderPage(form);
    const text = withoutSpaces(visibleText(html));
    for (const said of textsOf(form)) expect(text).toContain(withoutSpaces(said));
    expect(html).not.toMatch(/<(?:img|b>星|script)/u);
    expect(html).not.toMatch(/ style=/u);
    expect(html).toContain(`lang="${form.locale === "zh" ? "zh-CN" : "en"}"`);
  });

  test("is rendered as PDF with all its texts", async () => {
    const pages = await pagesOf(await renderPdf(form));
    const [first = ""] = form.locale === "zh" ? ["第1页/共"] : ["Page1of"];
    expect(withoutSpaces(pages[0] ?? "")).toContain(`${first}${pages.length}`);
    const text = withoutSpaces(pages.join("\n"));
    for (const said of textsOf(form)) {
      // A text that runs over a page has what stands at its foot and head in between: one break a page at most.
      const parts = withoutSpaces(printable(said)).match(/.{1,20}/gu) ?? [];
      const missing = text.includes(parts.join("")) ? [] : parts.filter((part) => !text.includes(part));
      expect([said.slice(0, 40), missing.length < pages.length]).toEqual([said.slice(0, 40), true]);
    }
  });
});

test("a long order takes several pages, each with its number and the table's heading", async () => {
  const pages = await pagesOf(await renderPdf(orderConfirmation(formInput(long()))));
  expect(pages.length).toBeGreaterThan(3);
  pages.forEach((page, index) => expect(withoutSpaces(page)).toContain(`第${index + 1}页/共${pages.length}页`));
  for (const page of pages.slice(1)) expect(withoutSpaces(page)).toContain("订单确认单SO-1-OC");
  const withLines = pages.filter((page) => withoutSpaces(page).includes("LED-A"));
  expect(withLines.length).toBeGreaterThan(1);
  for (const page of withLines) expect(withoutSpaces(page)).toMatch(/订单明细.*型号.*规格.*数量/u);
  for (const { model } of many) expect(withoutSpaces(pages.join(""))).toContain(withoutSpaces(model));
});

const printable = (text: string): string =>
  splitByFont(text)
    .map((run) => run.text)
    .join("");

test("a character is printed in the first font that has it, or as its code point if none has", () => {
  expect(splitByFont("陈先生 古镇路 㐱 № ㎡ ℃ ×±²③→")).toEqual([{ text: "陈先生 古镇路 㐱 № ㎡ ℃ ×±²③→", font: "NotoSansSC" }]);
  expect(splitByFont("店名 𠮷野家\n👍🏽 مر")).toEqual([
    { text: "店名 ", font: "NotoSansSC" },
    { text: "𠮷", font: "NotoSansJP" },
    { text: "野家\n", font: "NotoSansSC" },
    { text: "👍🏽", font: "NotoEmoji" },
    { text: " [U+0645][U+0631]", font: "NotoSansSC" },
  ]);
  // One emoji of several characters is one run of its font.
  for (const emoji of ["👨‍👩‍👧", "🧑‍🏭", "🇨🇳", "1\uFE0F\u20E3", "😀"]) {
    const [run, ...more] = splitByFont(emoji);
    expect([run?.font, more]).toEqual(["NotoEmoji", []]);
    expect(run?.text).toContain(emoji.slice(0, 1));
  }
  // Every character of the common sets is there.
  for (let code = 0x4e00; code <= 0x9fa5; code++) {
    const character = String.fromCodePoint(code);
    if (printable(character) !== character) throw new Error(`no glyph for U+${code.toString(16)}`);
  }
});

test("every character of any text is printed, or its code point is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-composite" }), (text) => {
      const seen = Array.from(text).filter((one) => one === "\n" || !/\p{Default_Ignorable_Code_Point}/u.test(one));
      const left = seen.reduce((rest, one) => {
        const code = `[U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
        const at = [rest.indexOf(one), rest.indexOf(code)].filter((each) => each >= 0);
        expect(at.length).toBeGreaterThan(0);
        return rest.slice(Math.min(...at));
      }, printable(text));
      expect(left.length).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("amounts are printed exactly, with two decimals", () => {
  expect([yuan(0), yuan(5), yuan(123_456_789), yuan(-10_000)]).toEqual(["0.00", "0.05", "1,234,567.89", "-100.00"]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (fen) => {
      const written = yuan(fen).replaceAll(",", "");
      expect(BigInt(written.replace(".", ""))).toBe(BigInt(fen));
      expect(written).toMatch(/^\d+\.\d{2}$/u);
      expect(yuanInCapitals(fen)).toMatch(/^人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+$/u);
    }),
  );
  expect([yuanInCapitals(12_003_007), yuanInCapitals(5), yuanInCapitals(100_000_110)]).toEqual([
    "人民币壹拾贰万零叁拾元零柒分",
    "人民币伍分",
    "人民币壹佰万零壹元壹角整",
  ]);
});
