import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FftOrderPromisingService,
  OrderStatus,
  RoutingPlanStatus,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { address } from "../common.js";
import { Retailer, orderForCreation } from "./retailer.js";

test("SDK: promises a delivery, extends the promise and confirms it", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  const stock = await retailer.stock(article, 1);
  const promise = await retailer.orders.createPromise({
    ...orderForCreation({ [article]: 1 }),
    promisesOptions: { validUntil: new Date(Date.now() + 30 * 60_000) },
  });
  assert.equal((await retailer.orders.findBy(promise.orderRef)).status, OrderStatus.PROMISED);
  assert.equal((await retailer.stocks.getById(stock.id)).available, 0);

  const extended = await retailer.orders.extendPromise(promise.orderRef, promise.orderVersion);
  assert.equal(extended.status, OrderStatus.PROMISED);
  const confirmed = await retailer.orders.confirmPromise(promise.orderRef, extended.version);
  assert.equal(confirmed.status, OrderStatus.OPEN);
  await retailer.plan(confirmed, RoutingPlanStatus.ROUTED);
});

test("SDK: asks before the checkout what could be delivered, and when", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  await retailer.stock(article, 3);
  const promising = new FftOrderPromisingService(retailer.client);
  const { checkoutOptions } = await promising.earliestDelivery({
    tenantArticleIds: [article],
    consumerAddress: address,
  });
  assert.equal(checkoutOptions.length, 1);
});
