import assert from "node:assert/strict";
import { test } from "node:test";

import { getProcess, getProcessHistoryLogs } from "../generated/sdk.gen.js";
import { answer, list, openStore, order, plan } from "./client.js";

test("contract: the history of a process is told", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const { id: orderRef } = await order({ [article]: 1 });
  await plan(orderRef, "WAITING");
  const { id: processId } = await answer(getProcess({ query: { orderRef } }));
  const { historyLogs, total } = await answer(getProcessHistoryLogs({ path: { processId } }));
  assert.ok(total! > 0);
  assert.ok(historyLogs!.length > 0);
});
