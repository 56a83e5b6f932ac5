import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ModifyPickJobAction,
  ModifyPickLineItemAction,
  PickJobStatus,
  PickJobStatusUnprotected,
  PickLineItemStatus,
  type ModifyPickJobAction as PickJobChange,
  type ModifyPickLineItemAction as LineChange,
  type PickJob,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { eventually } from "../common.js";
import { Retailer, status } from "./retailer.js";

const start: PickJobChange = {
  action: ModifyPickJobAction.ActionEnum.ModifyPickJob,
  status: PickJobStatusUnprotected.INPROGRESS,
};

async function openJob(): Promise<[Retailer, PickJob, string]> {
  const retailer = await Retailer.open();
  const article = await retailer.article();
  await retailer.stock(article, 3);
  return [retailer, await retailer.pickJob({ [article]: 2 }), article];
}

test("SDK: picks an order with changes of its pick job", async () => {
  const [{ pickJobs, stocks, store }, job, article] = await openJob();
  assert.equal(job.status, PickJobStatus.OPEN);
  assert.equal(job.shortId.length, 4);
  assert.deepEqual(
    job.pickLineItems.map(({ article: { tenantArticleId }, quantity, picked }) => [tenantArticleId, quantity, picked]),
    [[article, 2, 0]],
  );

  const started = await pickJobs.update(job, [start]);
  assert.equal(started.status, PickJobStatus.INPROGRESS);
  await assert.rejects(pickJobs.update(job, [start]), status(409));
  const [line] = started.pickLineItems;
  const picked: LineChange = {
    action: ModifyPickLineItemAction.ActionEnum.ModifyPickLineItem,
    id: line.id,
    picked: 2,
    status: PickLineItemStatus.CLOSED,
  };
  const done = await pickJobs.update(started, [picked]);
  assert.equal(done.pickLineItems[0].picked, 2);
  assert.equal(done.status, PickJobStatus.PICKED);
  assert.equal((await stocks.getAll(store.id!, [article])).stocks[0].value, 1);
});

test("SDK: resets, restarts, aborts and obsoletes pick jobs", async () => {
  const [{ pickJobs, store }, job] = await openJob();
  const started = await pickJobs.updateAction(job.id, job.version, "START");
  const paused = await pickJobs.updateAction(job.id, started.version, "PAUSE");
  assert.equal(paused.status, PickJobStatus.PAUSED);
  const restarted = await pickJobs.restart(job.id, paused.version);
  assert.equal(restarted.status, PickJobStatus.INPROGRESS);
  const reset = await pickJobs.reset(job.id, restarted.version);
  assert.equal(reset.status, PickJobStatus.OPEN);
  await assert.rejects(pickJobs.abort(job.id, restarted.version), status(409));
  const aborted = await pickJobs.abort(job.id, reset.version);
  assert.equal(aborted.status, PickJobStatus.ABORTED);
  await assert.rejects(pickJobs.restart(job.id, aborted.version), status(409));

  const { id: other, version } = await eventually(
    async () => (await pickJobs.getAll({ facilityRef: store.id, articleTitle: "Raincoat" })).pickjobs!,
    (jobs) => jobs.some(({ status: now }) => now === PickJobStatus.OPEN),
  ).then((jobs) => jobs.find(({ status: now }) => now === PickJobStatus.OPEN)!);
  assert.notEqual(other, job.id);
  assert.equal((await pickJobs.obsolete(other, version)).status, PickJobStatus.OBSOLETE);
});

test("SDK: finds the open pick jobs of a facility", async () => {
  const [{ pickJobs, store }, job] = await openJob();
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000);
  const { pickjobs = [] } = await pickJobs.getOpenPickJobsByFacilityRef(store.id!, undefined, undefined, 10);
  assert.deepEqual(
    pickjobs.map(({ id }) => id),
    [job.id],
  );
  const recent = await pickJobs.getAll({
    facilityRef: store.id,
    status: [PickJobStatusUnprotected.OPEN, PickJobStatusUnprotected.INPROGRESS] as never,
    startOrderDate: yesterday.toISOString() as never,
    size: 10,
  });
  assert.equal(recent.total, 1);
  const found = await pickJobs.getAll({ shortId: job.shortId, facilityRef: store.id });
  assert.equal(found.pickjobs![0].id, job.id);
});
