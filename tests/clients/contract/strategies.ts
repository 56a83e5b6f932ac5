import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { unique } from "../common.js";
import {
  actionsRoutingStrategy,
  evaluateRoutingStrategy,
  evaluateRoutingStrategyNode,
  getRoutingStrategies,
  getRoutingStrategy,
  postRoutingStrategy,
  putRoutingStrategy,
} from "../generated/sdk.gen.js";
import type {
  FenceMode,
  RoutingStrategy,
  RoutingStrategyConditionForModification,
  RoutingStrategyNodeForModification,
} from "../generated/types.gen.js";
import { answer, list, openStore, order, orderForCreation, plan, refusal } from "./client.js";

const nameLocalized = { en_US: "Trial" };

function node(activeMode: FenceMode): RoutingStrategyNodeForModification {
  return {
    nameLocalized,
    active: true,
    config: {
      fences: [{ type: "StandardFence", implementation: "STOCK-AVAILABILITY", active: true, activeMode }],
      ratings: [{ type: "StandardRating", implementation: "GEO-DISTANCE", active: true, maxPenalty: 100 }],
      orderSplit: {
        active: false,
        activeForSameday: false,
        maxSplitCount: 2,
        shouldUseWaitingRoomForPreBackOrderItems: false,
      },
    },
  };
}

/** Orders for the customer with this number take another way. */
function forCustomer(consumerId: string): RoutingStrategyConditionForModification {
  return {
    nameLocalized: { en_US: "One customer" },
    active: true,
    rule: {
      predicateConnector: "AND",
      predicates: [{ propertyPath: "$.consumer.consumerId", entityOperator: "VALUE_EQUALS", expectedValue: consumerId }],
    },
    nextNode: { ...node("static"), nameLocalized: { en_US: "Never wait" } },
  };
}

async function make(): Promise<RoutingStrategy> {
  return answer(postRoutingStrategy({ body: { nameLocalized } }), 201);
}

async function write(strategy: RoutingStrategy, rootNode: RoutingStrategyNodeForModification): Promise<RoutingStrategy> {
  const { version, globalConfiguration } = await answer(getRoutingStrategy({ path: { strategyId: strategy.id } }));
  const body = { nameLocalized, version, globalConfiguration, rootNode };
  return answer(putRoutingStrategy({ path: { strategyId: strategy.id }, body }));
}

async function activate(strategyId: string): Promise<void> {
  const { version, inUse } = await answer(getRoutingStrategy({ path: { strategyId } }));
  if (!inUse) {
    await answer(actionsRoutingStrategy({ path: { strategyId }, body: { name: "ACTIVATE", version } }));
  }
}

describe("contract: strategies", () => {
  let inUse: RoutingStrategy;
  before(async () => {
    const { routingStrategies } = await answer(getRoutingStrategies());
    inUse = routingStrategies!.find((strategy) => strategy.inUse)!;
  });
  after(() => activate(inUse.id));

  it("are written whole, as revisions", async () => {
    const strategy = await make();
    assert.equal(strategy.inUse, false);
    const written = await write(strategy, { ...node("reactive"), nextCondition: forCustomer("vip") });
    assert.ok(written.version > strategy.version);
    const read = await answer(getRoutingStrategy({ path: { strategyId: strategy.id } }));
    assert.equal(read.rootNode.nextCondition!.nextNode.nameLocalized.en_US, "Never wait");
    const [fence] = read.rootNode.config.fences;
    assert.deepEqual(
      "implementation" in fence && [fence.implementation, fence.active, fence.activeMode],
      ["STOCK-AVAILABILITY", true, "reactive"],
    );
    const stale = { nameLocalized, version: strategy.version, rootNode: node("static") };
    await refusal(putRoutingStrategy({ path: { strategyId: strategy.id }, body: stale }), 409);
  });

  it("can be written back as they were read", async () => {
    const path = { strategyId: inUse.id };
    const read = await answer(getRoutingStrategy({ path }));
    const written = await answer(putRoutingStrategy({ path, body: read as never }));
    assert.deepEqual(written.rootNode, read.rootNode);
  });

  it("say which way an order would take", async () => {
    const strategy = await make();
    await write(strategy, { ...node("reactive"), nextCondition: forCustomer("vip") });
    const store = await openStore();
    const article = await list(store.id);
    const draft = orderForCreation({ [article]: 1 });
    const path = { strategyId: strategy.id };
    const plain = await answer(evaluateRoutingStrategy({ path, body: draft }));
    const ways = async (consumerId: string) => {
      const body = { ...draft, consumer: { ...draft.consumer, consumerId } };
      const { evaluatedConfig } = await answer(evaluateRoutingStrategy({ path, body }));
      const [fence] = evaluatedConfig.fences;
      return "activeMode" in fence && fence.activeMode;
    };
    assert.ok(plain.evaluatedPath.length > 0);
    assert.deepEqual([await ways("vip"), await ways("other")], ["static", "reactive"]);
    const read = await answer(getRoutingStrategy({ path }));
    const { id: nodeId } = read.rootNode.nextCondition!.nextNode;
    await answer(evaluateRoutingStrategyNode({ path: { ...path, nodeId } }));
  });

  it("are copied, and parts of them are replaced", async () => {
    const strategy = await make();
    const path = { strategyId: strategy.id };
    const copy = { name: "COPY" as const, version: strategy.version, nameLocalized: { en_US: unique("copy") } };
    const copied = await answer(actionsRoutingStrategy({ path, body: copy }));
    assert.notEqual(copied.id, strategy.id);
    assert.deepEqual([copied.nameLocalized.en_US, copied.inUse], [copy.nameLocalized.en_US, false]);

    const { nextCondition: _, ...config } = node("reactive");
    const { version, rootNode } = await answer(getRoutingStrategy({ path }));
    const replaceNode = { name: "REPLACE_NODE" as const, version, nodeId: rootNode.id, node: config };
    const replaced = await answer(actionsRoutingStrategy({ path, body: replaceNode }));
    const configure = {
      name: "REPLACE_GLOBAL_CONFIGURATION" as const,
      version: replaced.version,
      globalConfiguration: { defaultPrice: 25, blacklistAssignedFacilities: false },
    };
    const configured = await answer(actionsRoutingStrategy({ path, body: configure }));
    assert.equal(configured.globalConfiguration.defaultPrice, 25);
  });

  it("decide, when they are activated, who may wait", async () => {
    const strategy = await make();
    await write(strategy, { ...node("reactive"), nextCondition: forCustomer("vip") });
    await activate(strategy.id);
    const store = await openStore();
    const article = await list(store.id, { outOfStockBehaviour: "BACKORDER" });
    await plan((await order({ [article]: 1 })).id, "WAITING");
    const consumer = { ...orderForCreation({}).consumer, consumerId: "vip" };
    await plan((await order({ [article]: 1 }, { consumer })).id, "NOT_ROUTABLE");
  });
});
