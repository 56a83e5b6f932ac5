import assert from "node:assert/strict";
import { test } from "node:test";

import { FacilityStatus } from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { Retailer } from "./retailer.js";

test("SDK: sees where an article lies", async () => {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  await retailer.stock(article, 4);
  await retailer.pickJob({ [article]: 1 });

  const found = await retailer.stocks.getStockDistribution(article, undefined, [FacilityStatus.ONLINE]);
  assert.equal(found.tenantArticleId, article);
  assert.deepEqual(
    found.facilityStocks.map(({ facilityId, stockOnHand, reserved, availableOnStock }) => [
      facilityId,
      stockOnHand,
      reserved,
      availableOnStock,
    ]),
    [[retailer.store.id, 4, 1, 3]],
  );
  assert.equal(found.summary.stockOnHand, 4);
});
