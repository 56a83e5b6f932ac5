import assert from "node:assert/strict";
import { test } from "node:test";

import { unique } from "../common.js";
import { bulkUpsertListings, getListing } from "../generated/sdk.gen.js";
import { answer, openStore, refusal } from "./client.js";

test("contract: many listings are written at once, for one facility and for many", async () => {
  const [one, other] = [await openStore(), await openStore()];
  const [single, many] = [unique("article"), unique("article")];
  const body = {
    listings: [
      {
        targetingStrategy: "SINGLE_FACILITY" as const,
        facility: { facilityRef: one.id },
        tenantArticleId: single,
        title: "Raincoat",
        outOfStockBehaviour: "BACKORDER" as const,
      },
      {
        targetingStrategy: "MULTI_SELECTOR" as const,
        selector: [
          { facility: { facilityRef: one.id } },
          { facility: { tenantFacilityId: other.tenantFacilityId! } },
        ],
        tenantArticleId: many,
        title: "Umbrella",
      },
    ],
  };
  const written = await answer(bulkUpsertListings({ body }));
  assert.deepEqual(written.summary, { created: 3, updated: 0, unchanged: 0 });
  assert.equal(written.listings.length, 3);
  const path = { facilityId: other.id, tenantArticleId: many };
  assert.equal((await answer(getListing({ path }))).title, "Umbrella");

  const again = await answer(bulkUpsertListings({ body }));
  assert.deepEqual(again.summary, { created: 0, updated: 0, unchanged: 3 });
});

test("contract: listings of a facility that is not there are refused, and none is written", async () => {
  const store = await openStore();
  const tenantArticleId = unique("article");
  const listing = { targetingStrategy: "SINGLE_FACILITY" as const, tenantArticleId, title: "Raincoat" };
  const listings = [
    { ...listing, facility: { facilityRef: store.id } },
    { ...listing, facility: { tenantFacilityId: unique("nowhere") } },
  ];
  const { response } = await bulkUpsertListings({ body: { listings } });
  assert.ok(response.status === 400 || response.status === 404, String(response.status));
  await refusal(getListing({ path: { facilityId: store.id, tenantArticleId } }), 404);
});
