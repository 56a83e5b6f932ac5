import assert from "node:assert/strict";
import { test } from "node:test";

import {
  getPaginatedReservations,
  getReservation,
  getStock,
  performReservationActions,
} from "../generated/sdk.gen.js";
import type { Reservation } from "../generated/types.gen.js";
import { answer, list, openStore, order, plan, stock } from "./client.js";

async function all(): Promise<Reservation[]> {
  const found: Reservation[] = [];
  let after: string | undefined;
  do {
    const page = await answer(getPaginatedReservations({ query: { size: 100, after } }));
    found.push(...page.reservations);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  } while (after);
  return found;
}

test("contract: reservations say who holds what, and where", async () => {
  const store = await openStore();
  const article = await list(store.id);
  const shelf = await stock(store.id, article, 3);
  const placed = await order({ [article]: 2 });
  const routed = await plan(placed.id, "ROUTED");
  const held = (await all()).filter(({ facilityRef }) => facilityRef === store.id);
  assert.equal(held.length, 1);
  const [reservation] = held;
  assert.deepEqual([reservation.tenantArticleId, reservation.quantity], [article, 2]);
  assert.deepEqual(reservation.host, { type: "STOCK", reference: shelf.id });
  assert.deepEqual(reservation.relatedRefs.routingPlanRefs, [routed.id]);
  await answer(getReservation({ path: { reservationId: reservation.id } }));
});

test("contract: reservations are taken away, and the stock stays", async () => {
  const store = await openStore();
  const article = await list(store.id);
  const shelf = await stock(store.id, article, 3);
  const placed = await order({ [article]: 2 });
  await plan(placed.id, "ROUTED");
  const name = "REMOVE_RESERVATIONS_KEEP_STOCKS" as const;
  const reservationSelector = { orderRefs: [placed.id] as [string] };
  await answer(performReservationActions({ body: { name, reservationSelector } }));
  const held = (await all()).filter(({ facilityRef }) => facilityRef === store.id);
  assert.deepEqual(held.filter(({ host }) => host.type === "STOCK"), []);
  assert.equal((await answer(getStock({ path: { stockId: shelf.id } }))).value, 3);
});
