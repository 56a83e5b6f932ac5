import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import {
  FftSubscriptionService,
  OutOfStockBehaviour,
  SubscriptionTargetWebhookEnum,
  RoutingPlanStatus,
  type RoutingPlan,
  type WebHookEvent,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { eventually, unique } from "../common.js";
import { Retailer } from "./retailer.js";

interface Delivery {
  headers: IncomingMessage["headers"];
  body: WebHookEvent & { payload: RoutingPlan };
}

test("SDK: subscribes to an event, is called when it happens, and no more when it has unsubscribed", async (context) => {
  const deliveries: Delivery[] = [];
  const receiver = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) {
      text += part;
    }
    deliveries.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(200).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  context.after(() => receiver.close());
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;

  const retailer = await Retailer.open();
  const subscriptions = new FftSubscriptionService(retailer.client);
  const subscription = await subscriptions.createSubscription({
    name: unique("waiting"),
    event: "ROUTING_PLAN_WAITING",
    target: {
      type: SubscriptionTargetWebhookEnum.WEBHOOK,
      callbackUrl,
      headers: [{ key: "X-Shop", value: "one" }],
    },
  });
  assert.ok((await subscriptions.getSubscriptions(500)).subscriptions!.some(({ id }) => id === subscription.id));

  const article = await retailer.article(OutOfStockBehaviour.BACKORDER);
  const order = await retailer.order({ [article]: 1 });
  await retailer.plan(order, RoutingPlanStatus.WAITING);
  const heard = async () => deliveries.filter(({ body }) => body.payload.orderRef === order.id);
  const [{ headers, body }] = await eventually(heard, (found) => found.length > 0);
  assert.equal(body.event, "ROUTING_PLAN_WAITING");
  assert.ok(body.eventId);
  assert.equal(body.payload.status, RoutingPlanStatus.WAITING);
  assert.equal(headers["x-shop"], "one");
  assert.ok(headers["x-anteroom-signature"]);

  await subscriptions.deleteSubscription(subscription.id);
  const { subscriptions: left = [] } = await subscriptions.getSubscriptions(500);
  assert.ok(!left.some(({ id }) => id === subscription.id));
});
