import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CarrierStatus,
  FftCarrierService,
  type Carrier,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { unique } from "../common.js";
import { Retailer } from "./retailer.js";

test("SDK: connects a facility with a carrier", async () => {
  const { client, facilities, store } = await Retailer.open();
  const key = unique("CARRIER");
  const { id } = await client.post<Carrier>("carriers", { key, name: "Courier", status: CarrierStatus.ACTIVE });
  const carriers = new FftCarrierService(client);
  const { carriers: known = [] } = await carriers.getAll();
  assert.ok(known.length > 0);
  assert.equal((await carriers.get(id)).key, key);

  await facilities.setCarrierForFacility(store.id!, id);
  const connections = await client.get<{ carriers: unknown[] }>(`facilities/${store.id}/carriers`);
  assert.equal(connections.carriers.length, 1);
});

test("SDK: reads the times in which facilities pick unless they say otherwise", async () => {
  const { facilities } = await Retailer.open();
  assert.ok(await facilities.getDefaultPickingTimes());
});
