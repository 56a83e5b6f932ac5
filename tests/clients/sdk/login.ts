import assert from "node:assert/strict";
import { test } from "node:test";

import { FftFacilityService } from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { connect, login, status } from "./retailer.js";

test("SDK: signs in with its first request, and keeps the token", async () => {
  const client = connect();
  await new FftFacilityService(client).get({ size: "1" });
  const token = await client.getToken();
  const hours = (login(client).expiresAt!.getTime() - Date.now()) / 3_600_000;
  assert.ok(hours > 0.95 && hours <= 1, `It expires in ${hours} h`);
  await client.get("facilities");
  assert.equal(await client.getToken(), token);
});

test("SDK: refreshes a token that has expired, again and again, and the former one goes on working", async () => {
  const client = connect();
  const tokens = [await client.getToken()];
  for (let refresh = 0; refresh < 2; refresh += 1) {
    login(client).expiresAt = new Date(0);
    tokens.push(await client.getToken());
    assert.ok(login(client).expiresAt!.getTime() > Date.now());
    await client.get("facilities");
  }
  assert.equal(new Set(tokens).size, 3);
  [login(client).idToken] = tokens;
  await client.get("facilities");
});

test("SDK: two clients of one account do not sign each other out", async () => {
  const [one, other] = [connect(), connect()];
  await Promise.all([one.getToken(), other.getToken()]);
  login(one).expiresAt = login(other).expiresAt = new Date(0);
  await Promise.all([one.get("facilities"), other.get("facilities")]);
});

test("SDK: a wrong password is a 400, a token that nobody issued a 401", async () => {
  await assert.rejects(connect("wrong").get("facilities"), status(400));
  const client = connect();
  await client.getToken();
  login(client).idToken = "made-up";
  await assert.rejects(client.get("facilities"), status(401));
});
