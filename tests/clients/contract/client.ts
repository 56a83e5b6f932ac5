/** The client that the contract makes. It checks every answer against the contract's schemas, and fails where they differ. */

import assert from "node:assert/strict";

import { address, email, eventually, password, server, unique } from "../common.js";
import { client } from "../generated/client.gen.js";
import {
  addFacility,
  addOrder,
  createStock,
  getRoutingPlanBaseOnOrderRef,
  putFacilityListing,
} from "../generated/sdk.gen.js";
import type {
  Facility,
  ListingForReplacement,
  ManagedFacilityForCreation,
  Order,
  OrderForCreation,
  RoutingPlan,
  RoutingPlanStatus,
  Stock,
} from "../generated/types.gen.js";

export type Lines = Record<string, number>;

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

export interface Problem {
  summary: string;
  description: string;
  code: string;
  field?: string;
  version?: number;
  requestVersion?: number;
}

/** What was answered, with the status that was expected. */
export async function answer<Data>(asked: Promise<Answer<Data>>, status = 200): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  assert.equal(response.status, status, `${response.url}: ${JSON.stringify(error ?? data)}`);
  return data as NonNullable<Data>;
}

/** What was wrong, when the answer has to be a refusal. */
export async function refusal(asked: Promise<Answer<unknown>>, status: number): Promise<Problem[]> {
  const { data, error, response } = await asked;
  assert.equal(response.status, status, `${response.url}: ${JSON.stringify(error ?? data)}`);
  const problems = error as Problem[];
  assert.ok(Array.isArray(problems) && problems.length > 0, `Not an array of problems: ${JSON.stringify(error)}`);
  for (const problem of problems) {
    assert.ok(problem.summary && problem.description && problem.code, JSON.stringify(problem));
  }
  return problems;
}

async function signIn(): Promise<void> {
  const response = await fetch(`${server}/v1/accounts:signInWithPassword?key=any`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password, returnSecureToken: true }),
  });
  assert.equal(response.status, 200);
  const { idToken } = (await response.json()) as { idToken: string };
  client.setConfig({ baseUrl: server, auth: idToken });
}

await signIn();

// The words in which tests speak

export async function openStore(more: Partial<ManagedFacilityForCreation> = {}): Promise<Facility & { id: string }> {
  const name = unique("store");
  const body: ManagedFacilityForCreation = {
    name,
    tenantFacilityId: name,
    type: "MANAGED_FACILITY",
    status: "ONLINE",
    locationType: "STORE",
    services: [{ type: "SHIP_FROM_STORE" }, { type: "PICKUP" }],
    address: { ...address, companyName: name },
    ...more,
  };
  return (await answer(addFacility({ body }), 201)) as Facility & { id: string };
}

/** Lists an article, a new one unless told, in the facility; its number. */
export async function list(facilityId: string, more: Partial<ListingForReplacement> = {}): Promise<string> {
  const tenantArticleId = more.tenantArticleId ?? unique("article");
  const listing: ListingForReplacement = { title: "Raincoat", status: "ACTIVE", ...more, tenantArticleId };
  await answer(putFacilityListing({ path: { facilityId }, body: { listings: [listing] } }));
  return tenantArticleId;
}

export async function stock(facilityRef: string, tenantArticleId: string, value: number): Promise<Stock> {
  return answer(createStock({ body: { facilityRef, tenantArticleId, value } }), 201);
}

export function orderForCreation(lines: Lines): OrderForCreation {
  return {
    tenantOrderId: unique("order"),
    orderDate: new Date().toISOString(),
    consumer: { addresses: [{ ...address, firstName: "Ada", lastName: "Lovelace" }] },
    orderLineItems: Object.entries(lines).map(([tenantArticleId, quantity]) => ({
      article: { tenantArticleId, title: "Raincoat" },
      quantity,
    })),
  };
}

export async function order(lines: Lines, more: Partial<OrderForCreation> = {}): Promise<Order> {
  return answer(addOrder({ body: { ...orderForCreation(lines), ...more } }), 201);
}

/** The order's plans that were not replaced by others, when that is what they have come to. */
export async function plans(orderRef: string, ...statuses: RoutingPlanStatus[]): Promise<RoutingPlan[]> {
  const wanted = [...statuses].sort().join();
  const read = async (): Promise<RoutingPlan[]> => {
    const found = await answer(getRoutingPlanBaseOnOrderRef({ query: { orderRef } }));
    return found.routingPlans!.filter((plan) => plan.status !== "OBSOLETE");
  };
  return eventually(read, (found) => found.map((plan) => plan.status).sort().join() === wanted);
}

/** The order's one plan, when it has come to this status. */
export async function plan(orderRef: string, status: RoutingPlanStatus): Promise<RoutingPlan> {
  const [found] = await plans(orderRef, status);
  return found;
}
