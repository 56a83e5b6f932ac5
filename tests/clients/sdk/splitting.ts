import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import {
  OutOfStockBehaviour,
  RoutingPlanStatus,
  type CustomServiceReferenceForCreation,
  type FftApiClient,
  type RoutingPlan,
  type RoutingStrategy,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { Retailer, connect, type Lines } from "./retailer.js";

const { ROUTED, WAITING } = RoutingPlanStatus;
const { BACKORDER } = OutOfStockBehaviour;

/** Allows or forbids that orders are split, in the strategy in use. The SDK has no service for strategies. */
async function allowSplits(client: FftApiClient, active: boolean): Promise<void> {
  const { routingStrategies } = await client.get<{ routingStrategies: RoutingStrategy[] }>("routing/strategies");
  const strategy = routingStrategies.find(({ inUse }) => inUse)!;
  strategy.rootNode.config!.orderSplit!.active = active;
  await client.put(`routing/strategies/${strategy.id}`, { ...strategy });
}

function units(plan: RoutingPlan): Lines {
  return Object.fromEntries(plan.orderLineItems!.map((line) => [line.article.tenantArticleId, line.quantity]));
}

function bundle(lines: Lines): CustomServiceReferenceForCreation {
  return {
    customServiceDefinition: { isBundled: true, tenantCustomServiceId: "set" },
    articleItems: Object.entries(lines).map(([tenantArticleRef, quantity]) => ({ tenantArticleRef, quantity })),
    customServiceItems: [],
  } as unknown as CustomServiceReferenceForCreation;
}

describe("SDK: where orders may be split", () => {
  const client = connect();
  before(() => allowSplits(client, true));
  after(() => allowSplits(client, false));

  it("what is there of a mixed order goes, and the rest waits as a child", async () => {
    const retailer = await Retailer.open();
    const [there, missing] = [await retailer.article(), await retailer.article(BACKORDER)];
    await retailer.stock(there, 1);
    const order = await retailer.order({ [there]: 1, [missing]: 1 });
    const plans = await retailer.plans(order, ROUTED, WAITING);
    const parent = plans.find((plan) => plan.status === ROUTED)!;
    const child = plans.find((plan) => plan.status === WAITING)!;
    assert.deepEqual([parent.consolidatedStatus, units(parent)], ["ROUTED_AND_SPLIT", { [there]: 1 }]);
    assert.deepEqual([child.consolidatedStatus, units(child)], ["WAITING", { [missing]: 1 }]);
    assert.equal(child.parentRoutingPlanRef, parent.id);
  });

  it("a bundle with one missing item waits whole", async () => {
    const retailer = await Retailer.open();
    const [there, missing] = [await retailer.article(), await retailer.article(BACKORDER)];
    const stock = await retailer.stock(there, 1);
    const lines = { [there]: 1, [missing]: 1 };
    const order = await retailer.order(lines, { customServices: [bundle(lines)] });
    assert.deepEqual(units(await retailer.plan(order, WAITING)), lines);
    assert.equal((await retailer.stocks.getById(stock.id)).available, 1);
    await retailer.stock(missing, 1);
    assert.deepEqual(units(await retailer.plan(order, ROUTED)), lines);
  });
});
