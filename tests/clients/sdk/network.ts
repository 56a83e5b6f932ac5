import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FacilityStatus,
  ModifyFacilityAction,
  type ManagedFacility,
  type StrippedManagedFacility,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { address, unique } from "../common.js";
import { Retailer, status } from "./retailer.js";

test("SDK: opens, finds, changes and closes a facility", async () => {
  const { facilities, store } = await Retailer.open();
  assert.equal(await facilities.getFacilityId(store.tenantFacilityId!), store.id);
  assert.equal(await facilities.getFacilityId(unique("nowhere"), true), undefined);

  const found = (await facilities.getStrippedFacility(store.tenantFacilityId!)) as StrippedManagedFacility;
  const { street, postalCode, city, country, type } = found;
  assert.deepEqual(
    { street, postalCode, city, country, type },
    {
      street: address.street,
      postalCode: address.postalCode,
      city: address.city,
      country: address.country,
      type: "MANAGED_FACILITY",
    },
  );
  assert.deepEqual((await facilities.get({ tenantFacilityId: store.tenantFacilityId! })).total, 1);

  const renamed = await facilities.updateFacility(store.id!, {
    action: ModifyFacilityAction.ActionEnum.ModifyFacility,
    name: "Harbour Street",
  });
  assert.equal(renamed.name, "Harbour Street");
  assert.equal(renamed.version, store.version + 1);
  const urn = `urn:fft:facility:tenantFacilityId:${store.tenantFacilityId}`;
  const read = (await facilities.getFacility(urn)) as ManagedFacility;
  assert.equal(read.name, "Harbour Street");
  assert.equal(read.address.city, address.city);

  assert.equal(await facilities.deleteFacility(store.tenantFacilityId!), store.id);
  assert.equal((await facilities.getFacility(store.id!)).status, FacilityStatus.OFFLINE);
  assert.equal(await facilities.deleteFacility(store.tenantFacilityId!, true), store.id);
  await assert.rejects(facilities.getFacility(store.id!), status(404));
});

test("SDK: a facility stops booking short picks out of its stock", async () => {
  const { facilities, store } = await Retailer.open();
  const configuration = await facilities.disableShortPick(store.id!, 0);
  assert.equal(configuration.shortpick.active, false);
  assert.deepEqual(await facilities.disableShortPick(store.id!, 0), configuration);
});

test("SDK: an unknown facility is a 404, a facility without a name a 400", async () => {
  const { client, facilities, store } = await Retailer.open();
  await assert.rejects(facilities.getFacility("00000000-0000-7000-8000-000000000000"), status(404));
  await assert.rejects(client.post("facilities", { ...store, name: undefined }), status(400));
});
