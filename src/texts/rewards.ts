import type { Proposed } from "../domain/routine/proposal.ts";
import type { ProposalKind } from "../domain/routine/rewards.ts";
import type { Text } from "./locale.ts";

/** Chapter 7's words. */

export const proposalWords: { readonly [K in ProposalKind]: Text } = {
  "excellent-representative": { zh: "优秀销售代表", en: "excellent sales representative" },
  promotion: {
    zh: "连续三个月无订单失误，晋升为订单管理员",
    en: "promotion to order administrator, no order error in a row of months",
  },
  "entry-error": { zh: "录入错误导致客户投诉，罚款", en: "fine for an entry error that led to a complaint" },
  "late-untold": {
    zh: "发货延迟未及时告知导致客户流失，扣除部分奖金",
    en: "part of the bonus withheld: late, not told in time, customer lost",
  },
  "grave-error": { zh: "严重失误，承担赔偿并降级", en: "compensation and demotion for a grave error" },
};

export const proposalStateWords: { readonly [S in Proposed["state"]]: Text } = {
  waiting: { zh: "待决定", en: "waiting for a decision" },
  objected: { zh: "有异议，待重新决定", en: "objected to, to be decided again" },
  revision: { zh: "依据有变，待重新决定", en: "to be revised, as the record has changed" },
  approved: { zh: "已批准", en: "approved" },
  rejected: { zh: "未批准", en: "not approved" },
  lifted: { zh: "已撤销", en: "lifted" },
  withdrawn: { zh: "已撤回", en: "withdrawn" },
};
