import assert from "node:assert/strict";
import { test } from "node:test";

import { unique } from "../common.js";
import {
  addFacilityGroup,
  deleteFacilityGroup,
  facilityGroupAction,
  getAllFacilityGroups,
  getFacilityGroup,
  replaceFacilityGroup,
} from "../generated/sdk.gen.js";
import type { FacilityGroup } from "../generated/types.gen.js";
import { answer, list, openStore, order, plan, refusal } from "./client.js";

async function openGroup(...facilityRefs: string[]): Promise<FacilityGroup> {
  const tenantFacilityGroupId = unique("group");
  const body = { tenantFacilityGroupId, nameLocalized: { en_US: "North" }, facilityRefs };
  return answer(addFacilityGroup({ body }), 201);
}

test("contract: groups of facilities are made, renamed, listed and deleted", async () => {
  const store = await openStore();
  const group = await openGroup(store.id);
  assert.deepEqual([group.facilityRefs, group.facilityCount], [[store.id], 1]);
  const path = { facilityGroupId: group.id };

  const change = { nameLocalized: { en_US: "South" }, version: group.version };
  const renamed = await answer(replaceFacilityGroup({ path, body: change }));
  assert.deepEqual([renamed.nameLocalized.en_US, renamed.version], ["South", group.version + 1]);
  const [conflict] = await refusal(replaceFacilityGroup({ path, body: change }), 409);
  assert.deepEqual([conflict.version, conflict.requestVersion], [renamed.version, group.version]);

  const groups = await answer(getAllFacilityGroups({ query: { tenantFacilityGroupId: group.tenantFacilityGroupId } }));
  assert.ok(groups.facilityGroups!.some(({ id }) => id === group.id));
  await answer(deleteFacilityGroup({ path }));
  await refusal(getFacilityGroup({ path }), 404);
});

test("contract: facilities join and leave groups, with a version and without", async () => {
  const [one, other] = [await openStore(), await openStore()];
  const group = await openGroup();
  const path = { facilityGroupId: group.id };
  const add = { name: "ADD_FACILITIES_TO_GROUP" as const, facilitiesToAdd: [one.id, other.id] };
  const joined = await answer(facilityGroupAction({ path, body: { ...add, version: group.version } }));
  assert.deepEqual([...joined.facilityRefs].sort(), [one.id, other.id].sort());
  await refusal(facilityGroupAction({ path, body: { ...add, version: group.version } }), 409);

  const remove = { name: "VERSIONLESS_REMOVE_FACILITIES_FROM_GROUP" as const, facilitiesToRemove: [one.id] };
  const left = await answer(facilityGroupAction({ path, body: remove }));
  assert.deepEqual(left.facilityRefs, [other.id]);
  assert.deepEqual((await answer(getFacilityGroup({ path }))).facilityRefs, [other.id]);
});

test("contract: a rule for a group decides whether an article of its facilities may wait", async () => {
  const [inside, outside] = [await openStore(), await openStore()];
  const group = await openGroup(inside.id);
  const rules = [
    {
      priority: 1,
      context: [{ type: "FACILITY_GROUP" as const, values: [group.id] }],
      outOfStockBehaviour: "BACKORDER" as const,
    },
  ];
  const waits = await list(inside.id, { outOfStockBehaviourByContexts: rules });
  const doesNot = await list(outside.id, { outOfStockBehaviourByContexts: rules });
  await plan((await order({ [waits]: 1 })).id, "WAITING");
  await plan((await order({ [doesNot]: 1 })).id, "NOT_ROUTABLE");
});
