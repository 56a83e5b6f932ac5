import assert from "node:assert/strict";
import { test } from "node:test";

import { inTenDays, unique } from "../common.js";
import {
  addReceiptToInboundProcess,
  createInboundProcess,
  deleteInboundProcess,
  getInboundProcess,
  getInboundProcesses,
  patchInboundProcess,
  upsertInboundProcessPurchaseOrder,
} from "../generated/sdk.gen.js";
import type { InboundProcess } from "../generated/types.gen.js";
import { answer, list, openStore, order, plan, refusal } from "./client.js";

const orderDate = new Date().toISOString();
const requestedDate = { type: "TIME_POINT" as const, value: inTenDays().toISOString() };

async function expect(facilityRef: string, tenantArticleId: string, value: number): Promise<InboundProcess> {
  const requestedItems = [{ tenantArticleId, quantity: { value } }];
  const purchaseOrder = { orderDate, requestedDate, requestedItems };
  return answer(createInboundProcess({ body: { facilityRef, purchaseOrder } }));
}

test("contract: stock is ordered, received, and goes to whom it was waited for by", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const { id } = await order({ [article]: 2 });
  await plan(id, "WAITING");
  const inbound = await expect(store.id, article, 3);
  assert.equal(inbound.status, "OPEN");
  assert.equal(inbound.purchaseOrder!.requestedItems[0].quantity.value, 3);

  const quantities = { acceptedQuantity: { value: 2 }, rejectedQuantity: { value: 0 } };
  const body = {
    receivedDate: new Date().toISOString(),
    receivedItems: [{ tenantArticleId: article, ...quantities, comments: [] }],
    comments: [],
    status: "FINISHED" as const,
  };
  const path = { inboundProcessId: inbound.id };
  await answer(addReceiptToInboundProcess({ path, body }), 201);
  await plan(id, "ROUTED");
  const received = await answer(getInboundProcess({ path }));
  assert.deepEqual([received.status, received.receipts.length], ["PARTIAL_DELIVERY", 1]);
});

test("contract: a purchase order is replaced, without a date if nobody knows it", async () => {
  const store = await openStore();
  const [one, other] = [await list(store.id), await list(store.id)];
  const inbound = await expect(store.id, one, 1);
  const path = { inboundProcessId: inbound.id };
  const body = {
    orderDate,
    requestedDate: { type: "ASAP" as const },
    requestedItems: [{ tenantArticleId: other, quantity: { value: 7 } }],
    version: inbound.version,
  };
  // The contract demands a date even where there is none.
  await answer(upsertInboundProcessPurchaseOrder({ path, body, responseValidator: undefined }));
  const read = await answer(getInboundProcess({ path, responseValidator: undefined }));
  assert.equal(read.purchaseOrder!.requestedDate.type, "ASAP");
  await refusal(upsertInboundProcessPurchaseOrder({ path, body }), 409);
});

test("contract: inbound processes are listed, changed and deleted", async () => {
  const store = await openStore();
  const inbound = await expect(store.id, await list(store.id), 1);
  const path = { inboundProcessId: inbound.id };
  const { inboundProcesses, total } = await answer(getInboundProcesses({ query: { facilityRef: [store.id] } }));
  assert.deepEqual([inboundProcesses!.map(({ id }) => id), total], [[inbound.id], 1]);
  const change = { version: inbound.version, customAttributes: { lorry: unique("lorry") } };
  await answer(patchInboundProcess({ path, body: change }));
  const read = await answer(getInboundProcess({ path }));
  assert.deepEqual(read.customAttributes, change.customAttributes);
  await answer(deleteInboundProcess({ path }));
  await refusal(getInboundProcess({ path }), 404);
});
