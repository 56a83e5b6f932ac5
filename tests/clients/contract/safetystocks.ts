import assert from "node:assert/strict";
import { test } from "node:test";

import { bulkUpdateSafetyStock, deleteSafetyStock, getSafetyStocks, getStockSummaries } from "../generated/sdk.gen.js";
import type { SafetyStockBulkOperationResult } from "../generated/types.gen.js";
import { answer, list, openStore, order, plan, stock } from "./client.js";

async function available(facilityRef: string, article: string): Promise<number> {
  const query = { facilityRefs: [facilityRef], tenantArticleIds: [article] };
  const { stockSummaries } = await answer(getStockSummaries({ query }));
  return stockSummaries[0].details.availableOnStock;
}

/** The contract describes one result where there are as many as operations. */
async function setSafetyStock(facilityRef: string, tenantArticleId: string, value: number): Promise<string> {
  const body = { operations: [{ facilityRef, tenantArticleId, value }] };
  const asked = bulkUpdateSafetyStock({ body, responseValidator: undefined });
  const results = (await answer(asked, 207)) as unknown as SafetyStockBulkOperationResult[];
  return results.map(({ status }) => status).join();
}

test("contract: safety stock is kept back, and goes to those who wait when it is lowered", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  await stock(store.id, article, 5);
  assert.equal(await setSafetyStock(store.id, article, 4), "CREATED");
  assert.equal(await available(store.id, article), 1);
  const { id } = await order({ [article]: 2 });
  await plan(id, "WAITING");

  const found = await answer(getSafetyStocks({ query: { facilityRef: store.id, tenantArticleId: article } }));
  assert.deepEqual([found.total, found.safetyStocks[0].value], [1, 4]);
  assert.equal(await setSafetyStock(store.id, article, 3), "UPDATED");
  await plan(id, "ROUTED");
  await answer(deleteSafetyStock({ path: { safetyStockId: found.safetyStocks[0].id } }));
  assert.equal(await available(store.id, article), 3);
});
