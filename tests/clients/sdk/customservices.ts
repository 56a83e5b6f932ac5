import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CustomServiceStatus,
  FftCustomServiceService,
  ItemsRequiredEnum,
  ModifyCustomServiceAction,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { unique } from "../common.js";
import { connect } from "./retailer.js";

test("SDK: keeps a catalogue of custom services", async () => {
  const services = new FftCustomServiceService(connect());
  const tenantCustomServiceId = unique("engraving");
  const created = await services.create({
    tenantCustomServiceId,
    status: CustomServiceStatus.ACTIVE,
    nameLocalized: { en_US: "Engraving" },
    itemsRequired: ItemsRequiredEnum.MANDATORY,
    executionTimeInMin: 15,
  });
  assert.equal(created.version, 1);
  assert.deepEqual(await services.getById(created.id), created);

  const updated = await services.update(created.id, {
    action: ModifyCustomServiceAction.ActionEnum.ModifyCustomService,
    status: CustomServiceStatus.INACTIVE,
  });
  assert.deepEqual([updated.status, updated.version], ["INACTIVE", 2]);
  const { customServices = [], total } = await services.getAll(tenantCustomServiceId);
  assert.deepEqual([customServices[0].id, total], [created.id, 1]);
});
