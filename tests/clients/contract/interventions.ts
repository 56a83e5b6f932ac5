import assert from "node:assert/strict";
import { test } from "node:test";

import { eventually } from "../common.js";
import {
  getProcess,
  getRoutingPlan,
  getRoutingPlanBaseOnOrderRef,
  patchRoutingPlan,
  processAction,
  reRoute,
  rerouteProcess,
  triggerRetryNotRoutable,
} from "../generated/sdk.gen.js";
import type { Process, RoutingPlan } from "../generated/types.gen.js";
import { answer, list, openStore, order, plan, plans, refusal, stock } from "./client.js";

async function waitingOrder(): Promise<{ orderRef: string; article: string; store: string; other: string }> {
  const [store, other] = [await openStore(), await openStore()];
  const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
  const { id: orderRef } = await order({ [article]: 2 });
  await plan(orderRef, "WAITING");
  return { orderRef, article, store: store.id, other: other.id };
}

async function process(orderRef: string): Promise<Process> {
  return answer(getProcess({ query: { orderRef } }));
}

test("contract: a whole order is assigned to a facility, whatever the fences say", async () => {
  const { orderRef, other } = await waitingOrder();
  const { id: processId, version } = await process(orderRef);
  const body = { name: "ASSIGN_FACILITY_TO_PROCESS" as const, facilityRef: other, version };
  await refusal(processAction({ path: { processId }, body: { ...body, version: version + 1 } }), 409);
  await answer(processAction({ path: { processId }, body }));
  const routed = await plan(orderRef, "ROUTED");
  assert.equal(routed.facilityRef, other);
  assert.equal(routed.consolidatedStatus, "FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED");
});

test("contract: a whole order is routed again, with what is there now", async () => {
  const { orderRef, article, other } = await waitingOrder();
  await list(other, { tenantArticleId: article });
  const { id: processId, version } = await process(orderRef);
  await refusal(rerouteProcess({ path: { processId }, query: { version: version + 1 } }), 409);
  await stock(other, article, 2);
  await answer(rerouteProcess({ path: { processId }, query: { version } }));
  assert.equal((await plan(orderRef, "ROUTED")).facilityRef, other);
});

test("contract: a plan is assigned, and cancelled, by changing it", async () => {
  const { orderRef, other } = await waitingOrder();
  const change = async (action: { facilityRef?: string; status?: "CANCELED" }): Promise<RoutingPlan> => {
    const [{ id: routingplanId, version }] = await plans(orderRef, action.status ? "ROUTED" : "WAITING");
    const body = { version, actions: [{ action: "ModifyRoutingPlan" as const, ...action }] };
    return answer(patchRoutingPlan({ path: { routingplanId }, body }));
  };
  await change({ facilityRef: other });
  const routed = await plan(orderRef, "ROUTED");
  assert.equal(routed.facilityRef, other);
  await change({ status: "CANCELED" });
  const cancelled = await answer(getRoutingPlan({ path: { routingplanId: routed.id } }));
  assert.equal(cancelled.status, "CANCELED");
});

test("contract: unroutable orders are retried, and rerouted by command, when there is stock", async () => {
  const store = await openStore();
  const [one, other] = [await list(store.id), await list(store.id)];
  const retried = await order({ [one]: 1 });
  const rerouted = await order({ [other]: 1 });
  await plan(retried.id, "NOT_ROUTABLE");
  await plan(rerouted.id, "NOT_ROUTABLE");
  await stock(store.id, one, 1);
  await answer(triggerRetryNotRoutable(), 204);
  await plan(retried.id, "ROUTED");

  await stock(store.id, other, 1);
  await answer(reRoute({ body: { orderRefs: [rerouted.id] } }));
  const read = async () => answer(getRoutingPlanBaseOnOrderRef({ query: { orderRef: rerouted.id } }));
  await eventually(read, ({ routingPlans }) => routingPlans!.some(({ status }) => status === "ROUTED"));
});
