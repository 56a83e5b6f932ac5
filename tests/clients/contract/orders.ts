import assert from "node:assert/strict";
import { test } from "node:test";

import { eventually, unique } from "../common.js";
import {
  addOrder,
  bulkOrdersAction,
  getCancelationReasons,
  getOrder,
  getPickJob,
  orderAction,
  orderLineItemAction,
  pickJobAction,
  postCancelationReason,
  queryPickJobs,
  updateOrder,
} from "../generated/sdk.gen.js";
import type { PickJob } from "../generated/types.gen.js";
import { answer, list, openStore, order, orderForCreation, plan, refusal, stock, type Lines } from "./client.js";

async function pickJob(lines: Lines): Promise<PickJob> {
  const { id: orderRef } = await order(lines);
  await plan(orderRef, "ROUTED");
  const { pickjobs } = await answer(queryPickJobs({ query: { orderRef } }));
  return answer(getPickJob({ path: { pickJobId: pickjobs![0].id } }));
}

test("contract: the lines of an order are changed, and the plan that waits follows", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const placed = await order({ [article]: 5 });
  await plan(placed.id, "WAITING");
  const [{ id }] = placed.orderLineItems;
  const body = { version: placed.version, orderLineItems: [{ id, quantity: 3 }] };
  const changed = await answer(updateOrder({ path: { orderId: placed.id }, body }));
  assert.equal(changed.orderLineItems[0].quantity, 3);
  const waiting = await eventually(
    () => plan(placed.id, "WAITING"),
    ({ orderLineItems }) => orderLineItems![0].quantity === 3,
  );
  assert.equal(waiting.status, "WAITING");
  await refusal(updateOrder({ path: { orderId: placed.id }, body }), 409);
});

test("contract: a line of an order gets attributes", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const { id: orderId, version, orderLineItems } = await order({ [article]: 1 });
  const [{ id: orderLineItemId }] = orderLineItems;
  const body = { name: "UPDATE_CUSTOM_ATTRIBUTES" as const, version, customAttributes: { engraving: "A. L." } };
  await answer(orderLineItemAction({ path: { orderId, orderLineItemId }, body }));
  const read = await answer(getOrder({ path: { orderId } }));
  assert.deepEqual(read.orderLineItems[0].customAttributes, { engraving: "A. L." });
});

test("contract: orders are cancelled with a reason, one by one and in bulk", async () => {
  const store = await openStore();
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const body = { reason: unique("reason"), reasonLocalized: { en_US: "Changed their mind" } };
  const { id: cancelationReasonId } = await answer(postCancelationReason({ body }), 201);
  await answer(getCancelationReasons());

  const { id: orderId, version } = await order({ [article]: 1 });
  const cancel = { name: "CANCEL" as const, version, cancelationReasonId };
  assert.equal((await answer(orderAction({ path: { orderId }, body: cancel }))).status, "CANCELLED");

  const two = [await order({ [article]: 1 }), await order({ [article]: 1 })];
  const orders = two.map(({ id, version }) => ({ orderId: id, version }));
  await answer(bulkOrdersAction({ body: { name: "BULK_FORCE_CANCEL", orders } }));
  for (const { id } of two) {
    assert.equal((await answer(getOrder({ path: { orderId: id } }))).status, "CANCELLED");
  }
});

test("contract: an order to be collected waits for its own facility", async () => {
  const [here, there] = [await openStore(), await openStore()];
  const article = await list(here.id, { outOfStockBehaviour: "BACKORDER" });
  await list(there.id, { tenantArticleId: article, outOfStockBehaviour: "BACKORDER" });
  const deliveryPreferences = { collect: [{ facilityRef: here.id }] };
  const { id } = await order({ [article]: 1 }, { deliveryPreferences });
  await plan(id, "WAITING");
  await stock(there.id, article, 1);
  await stock(here.id, article, 1);
  assert.equal((await plan(id, "ROUTED")).facilityRef, here.id);
});

test("contract: a bundle waits whole", async () => {
  const store = await openStore();
  const [one, other] = [await list(store.id), await list(store.id, { outOfStockBehaviour: "BACKORDER" })];
  await stock(store.id, one, 1);
  const articleItems = [one, other].map((tenantArticleRef) => ({ tenantArticleRef, quantity: 1 }));
  const customServiceDefinition = { isBundled: true, tenantCustomServiceId: "set" };
  const customServices = [{ customServiceDefinition, articleItems, customServiceItems: [] }];
  const { id } = await order({ [one]: 1, [other]: 1 }, { customServices });
  assert.equal((await plan(id, "WAITING")).orderLineItems!.length, 2);
});

test("contract: lines are picked with an action, and what is missing is a short pick", async () => {
  const store = await openStore();
  const article = await list(store.id);
  await stock(store.id, article, 2);
  const { id: pickJobId, version, pickLineItems } = await pickJob({ [article]: 2 });
  const path = { pickJobId };
  const started = await answer(pickJobAction({ path, body: { name: "START", version } }));
  const lineItems = [{ id: pickLineItems[0].id, picked: 1 }];
  const pick = { name: "PICK" as const, version: started.version, lineItems };
  const picked = await answer(pickJobAction({ path, body: pick as never }));
  assert.equal(picked.status, "PICKED");
  const closed = await answer(pickJobAction({ path, body: { name: "CLOSE", version: picked.version } as never }));
  assert.equal(closed.status, "CLOSED");
});

test("contract: an unknown field, and every other mistake, is named at once", async () => {
  const body = { ...orderForCreation({ x: 0 }), favouriteColour: "red" };
  const problems = await refusal(addOrder({ body }), 400);
  const fields = problems.map(({ field }) => field).sort();
  assert.deepEqual(fields, ["favouriteColour", "orderLineItems[0].quantity"]);
});
