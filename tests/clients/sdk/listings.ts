import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ListingForReplacement,
  ModifyListingAction,
  OutOfStockBehaviour,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { inTenDays, unique } from "../common.js";
import { NONE, Retailer, status } from "./retailer.js";

const action = ModifyListingAction.ActionEnum.ModifyListing;

test("SDK: changes a listing to BACKORDER, to PREORDER and back to NONE", async () => {
  const retailer = await Retailer.open();
  const { listings } = retailer;
  const facility = retailer.store.id!;
  const article = await retailer.article();

  const backorder = await listings.update(facility, article, {
    action,
    outOfStockBehaviour: OutOfStockBehaviour.BACKORDER,
  });
  assert.equal(backorder.outOfStockBehaviour, "BACKORDER");
  assert.equal(backorder.tenantArticleId, article);
  assert.equal(backorder.facilityId, facility);
  assert.equal(backorder.version, 2);

  const start = inTenDays();
  const preorder = await listings.update(facility, article, {
    action,
    outOfStockBehaviour: OutOfStockBehaviour.PREORDER,
    outOfStockConfig: { preorder: { availabilityTimeframe: { start } } },
  });
  assert.equal(preorder.outOfStockBehaviour, "PREORDER");
  const { preorder: config } = preorder.outOfStockConfig!;
  assert.equal(new Date(config!.availabilityTimeframe.start!).getTime(), start.getTime());

  const none = await listings.update(facility, article, {
    action,
    outOfStockBehaviour: NONE,
  });
  assert.equal(none.outOfStockBehaviour, "NONE");
  assert.equal(none.outOfStockConfig?.preorder, undefined);
  assert.deepEqual(await listings.get(facility, article), none);
});

test("SDK: a change of a stale version is a 409, one without what its behaviour needs a 400", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  const path = `facilities/${retailer.store.id}/listings/${article}`;
  const change = { action, outOfStockBehaviour: OutOfStockBehaviour.BACKORDER };
  await retailer.client.patch(path, { version: 1, actions: [change] });
  await assert.rejects(retailer.client.patch(path, { version: 1, actions: [change] }), status(409));
  const incomplete = { action, outOfStockBehaviour: OutOfStockBehaviour.PREORDER };
  await assert.rejects(
    retailer.listings.update(retailer.store.id!, article, incomplete),
    status(400),
  );
  assert.equal((await retailer.listings.get(retailer.store.id!, article))!.version, 2);
});

test("SDK: lists what a facility lists, page by page, and deletes it, one and all", async () => {
  const retailer = await Retailer.open();
  const { listings } = retailer;
  const facility = retailer.store.id!;
  const articles = [await retailer.article(), await retailer.article(), await retailer.article()];

  const first = await listings.getAll(facility, 2);
  assert.equal(first.total, 3);
  assert.equal(first.listings!.length, 2);
  const second = await listings.getAll(facility, 2, first.listings![1].id);
  const found = [...first.listings!, ...second.listings!].map((listing) => listing.tenantArticleId);
  assert.deepEqual(found.sort(), articles.sort());

  await listings.delete(facility, articles[0]);
  assert.equal(await listings.get(facility, articles[0], true), undefined);
  await assert.rejects(listings.get(facility, articles[0]), status(404));
  await listings.deleteAll(facility);
  assert.equal((await listings.getAll(facility)).total, 0);
});

test("SDK: the same listing put twice is no error", async () => {
  const retailer = await Retailer.open();
  const listing = {
    tenantArticleId: unique("article"),
    title: "Raincoat",
    status: ListingForReplacement.StatusEnum.ACTIVE,
  };
  const created = await retailer.listings.create(retailer.store.id!, listing);
  const again = await retailer.listings.create(retailer.store.id!, listing);
  assert.equal(again.id, created.id);
});
