import assert from "node:assert/strict";
import { test } from "node:test";

import {
  searchFacilityGroup,
  searchListing,
  searchOrder,
  searchPickJob,
  searchProcess,
  searchReservation,
  searchRoutingPlan,
  searchStock,
} from "../generated/sdk.gen.js";
import { answer, list, openStore, order, plan, stock } from "./client.js";

const options = { withTotal: true };

test("contract: everything about an order is found by searching", async () => {
  const store = await openStore();
  const article = await list(store.id);
  await stock(store.id, article, 3);
  const placed = await order({ [article]: 2 });
  const { id } = await plan(placed.id, "ROUTED");

  const orders = await answer(searchOrder({ body: { query: { tenantOrderId: { eq: placed.tenantOrderId! } }, options } }));
  assert.deepEqual([orders.orders!.map((found) => found.id), orders.total], [[placed.id], 1]);
  const plans = await answer(searchRoutingPlan({ body: { query: { orderRef: { eq: placed.id } }, options } }));
  assert.deepEqual([plans.routingPlans!.map((found) => found.id), plans.total], [[id], 1]);
  const processes = await answer(searchProcess({ body: { query: { orderRef: { eq: placed.id } }, options } }));
  assert.equal(processes.total, 1);
  const jobs = await answer(searchPickJob({ body: { query: { orderRef: { eq: placed.id } }, options } }));
  assert.deepEqual([jobs.pickJobs!.length, jobs.total], [1, 1]);
  const reservations = await answer(searchReservation({ body: { query: { facilityRef: { eq: store.id } }, options } as never }));
  assert.equal(reservations.reservations!.length, 1);
});

test("contract: searches go on where the page before ended", async () => {
  const store = await openStore();
  const articles = [await list(store.id), await list(store.id), await list(store.id)];
  for (const article of articles) {
    await stock(store.id, article, 1);
  }
  const query = { tenantArticleId: { in: articles } };
  const first = await answer(searchListing({ body: { query, size: 2, options } }));
  assert.deepEqual([first.listings!.length, first.total, first.pageInfo.hasNextPage], [2, 3, true]);
  const last = await answer(searchListing({ body: { query, size: 2, after: first.pageInfo.endCursor } }));
  const found = [...first.listings!, ...last.listings!].map(({ tenantArticleId }) => tenantArticleId);
  assert.deepEqual(found.sort(), [...articles].sort());
  assert.equal(last.pageInfo.hasNextPage, false);
  assert.equal((await answer(searchStock({ body: { query, options } }))).total, 3);
  await answer(searchFacilityGroup({ body: { query: {}, options } }));
});
