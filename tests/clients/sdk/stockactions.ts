import assert from "node:assert/strict";
import { test } from "node:test";

import type {
  StockDeleteActionResult,
  StockMoveToLocationActionResult,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { unique } from "../common.js";
import { Retailer } from "./retailer.js";

test("SDK: deletes many stocks at once, by their ids and by their articles", async () => {
  const retailer = await Retailer.open();
  const { stocks } = retailer;
  const articles = [await retailer.article(), await retailer.article(), await retailer.article()];
  const [one, two, three] = [
    await retailer.stock(articles[0], 1),
    await retailer.stock(articles[1], 1),
    await retailer.stock(articles[2], 1),
  ];
  const byIds = await stocks.deleteByIds([one.id, two.id]);
  assert.equal(byIds.name, "DELETE_BY_IDS");
  assert.deepEqual((byIds.result as StockDeleteActionResult).ids.sort(), [one.id, two.id].sort());
  const byProducts = await stocks.deleteByProducts(retailer.store.id!, [articles[2]]);
  assert.deepEqual((byProducts.result as StockDeleteActionResult).ids, [three.id]);
  assert.equal((await stocks.getAll(retailer.store.id)).total, 0);
});

test("SDK: moves stock to another location, and deletes what lies at one", async () => {
  const retailer = await Retailer.open();
  const { stocks } = retailer;
  const [shelf, cellar] = [unique("shelf"), unique("cellar")];
  const stock = await stocks.createStock({
    facilityRef: retailer.store.id!,
    tenantArticleId: await retailer.article(),
    locationRef: shelf,
    value: 5,
  });
  const moved = await stocks.moveToLocation(stock.id, cellar, 2);
  const { fromStock, toStock } = moved.result as StockMoveToLocationActionResult;
  assert.deepEqual([fromStock!.value, toStock.value, toStock.locationRef], [3, 2, cellar]);

  const deleted = await stocks.deleteByLocations([cellar]);
  assert.deepEqual((deleted.result as StockDeleteActionResult).ids, [toStock.id]);
  assert.equal((await stocks.getById(stock.id)).value, 3);
});
