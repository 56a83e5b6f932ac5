import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FftProcessService,
  OrderStatus,
  OutOfStockBehaviour,
  RoutingPlan,
  RoutingPlanStatus,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { eventually, inTenDays } from "../common.js";
import { NONE, Retailer, status } from "./retailer.js";

const { NOTROUTABLE, ROUTED, WAITING, CANCELED } = RoutingPlanStatus;
const { BACKORDER, PREORDER } = OutOfStockBehaviour;

test("SDK: an order waits, its decision log says why, and it goes when stock arrives", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article(BACKORDER);
  const stock = await retailer.stock(article, 0);
  const order = await retailer.order({ [article]: 2 });
  assert.equal(order.status, OrderStatus.OPEN);

  const waiting = await retailer.plan(order, WAITING);
  assert.equal(waiting.consolidatedStatus, "WAITING");
  assert.equal(waiting.orderRef, order.id);
  const log = await retailer.routingPlans.getDecisionLogForRoutingPlan(waiting.id);
  const about = log.facilityDecisions.find(({ facility }) => facility.facilityRef === retailer.store.id)!;
  const fence = about.orderLineItemFences.find(({ name }) => name === "STOCK-AVAILABILITY")!;
  assert.deepEqual(
    fence.orderLineItems.map(({ decision, reactiveErrorReason }) => [decision, reactiveErrorReason]),
    [["REACTIVE_PASSING_POSSIBLE", "BACKORDER_LISTING"]],
  );
  assert.deepEqual((await retailer.pickJobs.getByTenantOrderId(order.tenantOrderId!)).pickjobs, []);

  await retailer.stocks.updateById(stock.id, { value: 5, version: stock.version });
  const routed = await retailer.plan(order, ROUTED);
  assert.equal(routed.id, waiting.id);
  assert.equal(routed.facilityRef, retailer.store.id);
  assert.equal(routed.runType, RoutingPlan.RunTypeEnum.REACTIVATION);
  assert.equal(routed.consolidatedStatus, "WAITING_THEN_ROUTED");
  const last = await retailer.routingPlans.getDecisionLogForRoutingPlan(routed.id, routed.routingRun);
  assert.equal(last.routingRun, routed.routingRun);
  assert.equal((await retailer.stocks.getById(stock.id)).available, 3);

  const { pickjobs = [] } = await retailer.pickJobs.getAll({ orderRef: order.id });
  assert.equal(pickjobs.length, 1);
  assert.equal(pickjobs[0].facilityRef, retailer.store.id);
});

test("SDK: an order for what cannot wait is not routable", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article(NONE);
  const plan = await retailer.plan(await retailer.order({ [article]: 1 }), NOTROUTABLE);
  assert.equal(plan.consolidatedStatus, "NOT_ROUTABLE");
});

test("SDK: a preorder with stock is routed, and cannot be picked before its start", async () => {
  const retailer = await Retailer.open();
  const start = inTenDays();
  const article = await retailer.article(PREORDER, { preorder: { availabilityTimeframe: { start } } });
  await retailer.stock(article, 1);
  const job = await retailer.pickJob({ [article]: 1 });
  await assert.rejects(retailer.pickJobs.updateAction(job.id, job.version, "START"), status(409));
});

test("SDK: an order is cancelled, and its number can be used again", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article(BACKORDER);
  const order = await retailer.order({ [article]: 1 });
  const { tenantOrderId } = order;
  await assert.rejects(retailer.order({ [article]: 1 }, { tenantOrderId }), status(409));

  const read = await retailer.orders.findBy(order.id);
  await assert.rejects(retailer.orders.cancel(order.id, read.version + 1), status(409));
  const cancelled = await retailer.orders.cancel(order.id, read.version);
  assert.equal(cancelled.status, OrderStatus.CANCELLED);
  await retailer.plan(order, CANCELED);

  const again = await retailer.order({ [article]: 1 }, { tenantOrderId });
  assert.notEqual(again.id, order.id);
  assert.equal((await retailer.orders.findByTenantOrderId(tenantOrderId!))!.id, again.id);
  const forced = await retailer.orders.cancel(again.id, again.version, true);
  assert.equal(forced.status, OrderStatus.CANCELLED);
});

test("SDK: a locked order is reserved, and gets its pick job when it is unlocked", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  const stock = await retailer.stock(article, 1);
  const order = await retailer.order({ [article]: 1 }, { status: OrderStatus.LOCKED });
  await retailer.plan(order, ROUTED);
  assert.equal((await retailer.stocks.getById(stock.id)).available, 0);
  const jobs = async () => (await retailer.pickJobs.getAll({ orderRef: order.id })).pickjobs!;
  assert.deepEqual(await jobs(), []);

  const unlocked = await retailer.orders.unlock(order.id, (await retailer.orders.findBy(order.id)).version);
  assert.equal(unlocked.status, OrderStatus.OPEN);
  await eventually(jobs, (found) => found.length === 1);
});

test("SDK: the process of an order is found by the order's numbers", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article(BACKORDER);
  const order = await retailer.order({ [article]: 1 });
  await retailer.plan(order, WAITING);
  const processes = new FftProcessService(retailer.client);
  const process = await processes.get({ orderRef: order.id });
  assert.equal(process.tenantOrderId, order.tenantOrderId);
  assert.equal((await processes.get({ tenantOrderId: order.tenantOrderId! })).id, process.id);
  assert.equal((await processes.getById(process.id)).id, process.id);
});
