import assert from "node:assert/strict";
import { test } from "node:test";

import { FftTagService } from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { unique } from "../common.js";
import { connect, status } from "./retailer.js";

test("SDK: keeps a catalogue of tags and their values", async () => {
  const tags = new FftTagService(connect());
  const id = unique("brand");
  const created = await tags.create(id, ["North", "South"]);
  assert.deepEqual([created.id, created.allowedValues, created.version], [id, ["North", "South"], 1]);
  await assert.rejects(tags.create(id, ["East"]), status(409));

  const updated = await tags.update(id, ["East", "West"]);
  assert.deepEqual(updated.allowedValues, ["North", "South", "East", "West"]);
  assert.deepEqual(await tags.get(id), updated);
  const { tags: found = [], total } = await tags.getAll(500);
  assert.ok(found.some((tag) => tag.id === id));
  assert.ok(total! >= found.length);
});
