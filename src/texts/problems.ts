import type { ProblemCode } from "../contracts/problem.ts";
import type { Locale, Text } from "./locale.ts";

const titles: { readonly [C in ProblemCode]: Text } = {
  "invalid-body": { zh: "请求内容有误", en: "The body is invalid" },
  "invalid-query": { zh: "查询参数有误", en: "The query is invalid" },
  refused: { zh: "操作未被接受", en: "The command was refused" },
  unauthenticated: { zh: "未通过身份验证", en: "Not authenticated" },
  forbidden: { zh: "没有权限", en: "Forbidden" },
  "not-found": { zh: "未找到", en: "Not found" },
  "idempotency-conflict": { zh: "幂等键冲突", en: "Idempotency key conflict" },
  malformed: { zh: "请求格式错误", en: "Malformed request" },
  "method-not-allowed": { zh: "不支持的请求方法", en: "Method not allowed" },
  "not-acceptable": { zh: "没有所要求的格式", en: "Not acceptable" },
  "unsupported-media-type": { zh: "不支持的内容类型", en: "Unsupported media type" },
  "too-large": { zh: "请求过大", en: "Too large" },
  "too-many-requests": { zh: "请求过于频繁", en: "Too many requests" },
  unavailable: { zh: "服务暂不可用", en: "Temporarily unavailable" },
  internal: { zh: "内部错误", en: "Internal error" },
};

const details = {
  "token-missing": { zh: "需要 Authorization: Bearer 令牌。", en: "An Authorization: Bearer token is needed." },
  "token-invalid": {
    zh: "令牌无效、已过期或不是发给本服务的。",
    en: "The token is invalid, has expired, or is not for this service.",
  },
  "sign-ins-failed": {
    zh: "此网络地址有过多无效令牌，请稍后再试。",
    en: "Too many bad tokens came from this network address. Try again later.",
  },
  "role-missing": { zh: "您的角色不能执行此操作。", en: "None of your roles may do this." },
  "no-such-order": { zh: "没有这样的订单，或它不是您负责的。", en: "There is no such order, or it is not yours to see." },
  "no-such-revision": { zh: "订单确认单没有这一版。", en: "The order confirmation has no such revision." },
  "no-such-format": {
    zh: "没有 Accept 所要求的格式。",
    en: "There is no format here that Accept asks for.",
  },
  "no-such-report": { zh: "没有这样的报告或检查。", en: "There is no such report or inspection." },
  "no-such-command": { zh: "没有用此幂等键发送过的操作。", en: "No command was sent with this key." },
  "no-such-webhook": { zh: "没有这样的订阅。", en: "There is no such subscription." },
  "no-such-delivery": { zh: "没有这样的投递。", en: "There is no such delivery." },
  "receiver-no-address": { zh: "不是可用的地址", en: "is no address of a receiver" },
  "receiver-no-https": { zh: "须为 https 地址", en: "must be https" },
  "receiver-not-public": { zh: "不是公网地址", en: "is no public address" },
  "no-such-route": { zh: "没有这样的地址。", en: "There is nothing at this address." },
  "no-such-method": { zh: "该地址不支持此请求方法。", en: "This address does not take that method." },
  "key-missing": { zh: "系统报告须带 Idempotency-Key 请求头。", en: "A report needs an Idempotency-Key header." },
  "key-invalid": {
    zh: "Idempotency-Key 须为 1 到 200 个可见 ASCII 字符，且不能是 . 或 ..。",
    en: "Idempotency-Key must be 1 to 200 visible ASCII characters, and neither . nor ..",
  },
  "key-used": { zh: "该幂等键已用于不同的内容。", en: "This key was used with another body before." },
  "body-malformed": { zh: "请求内容不是有效的 JSON。", en: "The body is not valid JSON." },
  "body-fields": { zh: "请改正所列字段。", en: "Mend the fields that are listed." },
  "body-too-large": { zh: "请求内容超过 1 MiB。", en: "The body is larger than 1 MiB." },
  "not-utf-8": { zh: "请求内容不是有效的 UTF-8。", en: "The body is not valid UTF-8." },
  "utf-8-only": {
    zh: "请以 UTF-8 发送，不要使用其他字符集或压缩。",
    en: "Send UTF-8, in no other charset and not compressed.",
  },
  "address-malformed": {
    zh: "地址须为百分号编码的 UTF-8。",
    en: "The address must be percent-encoded UTF-8.",
  },
  "json-only": { zh: "请以 application/json 发送。", en: "Send application/json." },
  "cursor-invalid": { zh: "cursor 无效。", en: "The cursor is not one that this list gave." },
  "engine-away": {
    zh: "流程引擎暂不可用。请稍后用相同的 Idempotency-Key 重试。",
    en: "The workflow engine is away. Try again later, with the same Idempotency-Key.",
  },
  "order-busy": {
    zh: "该订单同时收到的操作过多，此次未处理。请稍后用相同的 Idempotency-Key 重试。",
    en: "Too many commands came to this order at once, and this one was not taken. Try again soon, with the same Idempotency-Key.",
  },
  "order-crowded": {
    zh: "该订单积压的报告尚未处理，暂不能接收更多。请稍后用相同的 Idempotency-Key 重试。",
    en: "Reports of this order wait to be taken up, and it takes no more for now. Try again later, with the same Idempotency-Key.",
  },
  "no-answer": {
    zh: "尚未得到答复，操作可能仍会生效。请用相同的 Idempotency-Key 重试。",
    en: "No answer yet; the command may still take effect. Try again with the same Idempotency-Key.",
  },
  "cannot-be-said": { zh: "暂时无法得知，请稍后再问。", en: "That cannot be said now: nobody answered. Ask again." },
  "records-away": { zh: "记录数据库暂不可用。", en: "The records database is away." },
  "no-such-proposal": { zh: "没有这样的奖惩提议，或它与您无关。", en: "There is no such proposal, or it is not yours to see." },
  "month-not-begun": { zh: "该月份尚未开始。", en: "That month has not begun." },
  "month-not-over": {
    zh: "该月份尚未结束；如确要提前决定，请注明 early。",
    en: "That month is not over; to decide early on purpose, say `early`.",
  },
  "own-proposal": { zh: "任何人不得决定与自己有关的奖惩。", en: "Nobody decides about themselves." },
  "proposal-outdated": {
    zh: "依据已有变化，请按最新版本重新决定。",
    en: "The record has changed since that version: read the newest and decide on it.",
  },
  "proposal-withdrawn": { zh: "记录已不再支持该提议。", en: "The record no longer amounts to this proposal." },
  "already-decided": { zh: "该提议已决定。", en: "It has been decided already." },
  "nothing-to-keep": { zh: "此前没有可维持的决定。", en: "There is no earlier decision to keep." },
  "not-your-proposal": { zh: "只有当事人可以提出异议。", en: "Only the person concerned can object." },
  "objected-already": { zh: "您已对此版本提出过异议。", en: "You have objected to this version already." },
  "objection-too-late": { zh: "提出异议的期限已过。", en: "The time to object is over." },
  "document-waits": {
    zh: "文件暂时来不及生成,请稍后再试,或改用网页或 CSV 格式。",
    en: "The document could not be made in time. Try again later, or ask for it as a page or CSV.",
  },
  "slow-down": { zh: "请稍后再试。", en: "Try again later." },
  "our-fault": { zh: "服务出错，已记录。", en: "Something went wrong here; it is in the log." },
} as const satisfies Readonly<Record<string, Text>>;

/** What a problem's `detail` can say; the sentence is chosen by the reader's language. */
export type ProblemDetail = keyof typeof details;

export function problemTitle(code: ProblemCode, locale: Locale): string {
  return titles[code][locale];
}

export function problemDetail(detail: ProblemDetail, locale: Locale): string {
  return details[detail][locale];
}
