import assert from "node:assert/strict";
import { test } from "node:test";

import { address } from "../common.js";
import {
  getAllFacilities,
  getAllOrders,
  getAllProcesses,
  getDecisionlog,
  getFacility,
  getFacilityListing,
  getFacilityStockConfiguration,
  getListing,
  getOrder,
  getPickJob,
  getProcess,
  getProcessById,
  getRoutingPlan,
  getRoutingPlansGraphBaseOnProcessRef,
  getStock,
  getStocks,
  getStockSummaries,
  healthCheck,
  queryPickJobs,
  replaceFacility,
  status,
} from "../generated/sdk.gen.js";
import { answer, list, openStore, order, plan, refusal, stock } from "./client.js";

test("contract: says that it is there, and well", async () => {
  await answer(status());
  await answer(healthCheck());
});

test("contract: everything about an order that is routed has the contract's shape", async () => {
  const store = await openStore();
  const article = await list(store.id, { price: 19.95, tags: [{ id: "brand", value: "North" }] });
  const record = await stock(store.id, article, 3);
  const placed = await order({ [article]: 2 });
  const routed = await plan(placed.id, "ROUTED");
  const { pickjobs } = await answer(queryPickJobs({ query: { orderRef: placed.id } }));
  const [{ id: pickJobId }] = pickjobs!;

  const read = await answer(getOrder({ path: { orderId: placed.id } }));
  assert.equal(read.version, placed.version);
  await answer(getRoutingPlan({ path: { routingplanId: routed.id } }));
  const path = { routingplanId: routed.id, routingRun: String(routed.routingRun) };
  const log = await answer(getDecisionlog({ path: path as never }));
  assert.equal(log.routingPlanRef, routed.id);
  const job = await answer(getPickJob({ path: { pickJobId } }));
  assert.equal(job.pickLineItems[0].quantity, 2);
  const { id: processId } = await answer(getProcess({ query: { orderRef: placed.id } }));
  await answer(getProcessById({ path: { processId } }));
  const graph = await answer(getRoutingPlansGraphBaseOnProcessRef({ query: { processRef: processId } }));
  assert.equal(graph.nodes.length, 1);

  const kept = await answer(getStock({ path: { stockId: record.id } }));
  assert.deepEqual([kept.value, kept.reserved, kept.available], [3, 2, 1]);
  await answer(getFacility({ path: { facilityId: store.id } }));
  await answer(getFacilityStockConfiguration({ path: { facilityId: store.id } }));
  await answer(getListing({ path: { facilityId: store.id, tenantArticleId: article } }));
});

test("contract: every list has the contract's shape", async () => {
  const store = await openStore();
  const article = await list(store.id);
  await stock(store.id, article, 1);
  await plan((await order({ [article]: 1 })).id, "ROUTED");

  const facilities = await answer(getAllFacilities({ query: { size: 500 } }));
  assert.ok(facilities.facilities!.some((facility) => "id" in facility && facility.id === store.id));
  const listings = await answer(getFacilityListing({ path: { facilityId: store.id } }));
  assert.equal(listings.total, 1);
  const stocks = await answer(getStocks({ query: { facilityRef: store.id, tenantArticleId: [article] } }));
  assert.equal(stocks.total, 1);
  const query = { facilityRefs: [store.id], tenantArticleIds: [article] };
  const { stockSummaries } = await answer(getStockSummaries({ query }));
  assert.equal(stockSummaries[0].details.availableOnStock, 0);
  assert.ok((await answer(getAllOrders())).total! > 0);
  assert.ok((await answer(getAllProcesses())).total! > 0);
});

test("contract: a facility is replaced whole", async () => {
  const store = await openStore();
  const path = { facilityId: store.id };
  const body = {
    name: "Harbour Street",
    tenantFacilityId: store.tenantFacilityId,
    type: "MANAGED_FACILITY" as const,
    status: "ONLINE" as const,
    locationType: "STORE" as const,
    capacityEnabled: false,
    fulfillmentProcessBuffer: 240,
    version: store.version,
    address: { ...address, companyName: "Harbour Street", city: "Hamburg" },
  };
  const replaced = await answer(replaceFacility({ path, body }));
  assert.equal(replaced.version, store.version + 1);
  const [conflict] = await refusal(replaceFacility({ path, body }), 409);
  assert.deepEqual([conflict.version, conflict.requestVersion], [replaced.version, store.version]);
});
