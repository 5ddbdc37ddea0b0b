import type { Text } from "./locale.ts";

/** The columns of an audit trail that is exported. */
export const historyWords = {
  number: { zh: "序号", en: "No." },
  at: { zh: "业务时间", en: "Time" },
  receivedAt: { zh: "登记时间", en: "Recorded" },
  actor: { zh: "操作人", en: "Who" },
  role: { zh: "角色", en: "Role" },
  command: { zh: "操作", en: "Command" },
  event: { zh: "事件", en: "Event" },
  reason: { zh: "原因", en: "Why" },
  note: { zh: "备注", en: "Note" },
  data: { zh: "内容", en: "Data" },
} as const satisfies Readonly<Record<string, Text>>;
