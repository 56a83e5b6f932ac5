import assert from "node:assert/strict";
import { test } from "node:test";

import { Retailer, status } from "./retailer.js";

test("SDK: creates, changes, reads and deletes stock", async () => {
  const retailer = await Retailer.open();
  const { stocks } = retailer;
  const facilityRef = retailer.store.id!;
  const article = await retailer.article();
  const stock = await retailer.stock(article, 4);
  assert.equal(stock.value, 4);
  assert.equal(stock.available, 4);
  assert.equal(stock.reserved, 0);
  assert.equal(stock.facilityRef, facilityRef);
  assert.deepEqual(await stocks.getById(stock.id), stock);

  const changed = await stocks.updateById(stock.id, { value: 7, version: stock.version });
  assert.equal(changed.value, 7);
  await assert.rejects(stocks.updateById(stock.id, { value: 8, version: stock.version }), status(409));

  const found = await stocks.getAll(facilityRef, [article], undefined, 10);
  assert.deepEqual(
    found.stocks.map(({ id, value }) => ({ id, value })),
    [{ id: stock.id, value: 7 }],
  );

  await stocks.deleteById(stock.id);
  await assert.rejects(stocks.getById(stock.id), status(404));
});

test("SDK: writes many stocks at once, each with a result of its own", async () => {
  const retailer = await Retailer.open();
  const facilityRef = retailer.store.id!;
  const [known, other] = [await retailer.article(), await retailer.article()];
  const stock = await retailer.stock(known, 1);

  const results = await retailer.stocks.upsertStocks({
    stocks: [
      { id: stock.id, version: stock.version, value: 5 },
      { facilityRef, tenantArticleId: other, value: 6 },
    ],
  });
  assert.deepEqual(
    results.map((result) => [result.status, result.stock?.tenantArticleId, result.stock?.value]),
    [
      ["UPDATED", known, 5],
      ["CREATED", other, 6],
    ],
  );

  const { stockSummaries, total } = await retailer.stocks.getStockSummaries(
    undefined,
    undefined,
    undefined,
    undefined,
    [facilityRef],
    undefined,
    [known, other],
  );
  assert.equal(total, 2);
  const onHand = Object.fromEntries(
    stockSummaries.map(({ article, details }) => [article.tenantArticleId, details.stockOnHand]),
  );
  assert.deepEqual(onHand, { [known]: 5, [other]: 6 });
});
