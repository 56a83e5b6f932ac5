/** A retailer whose systems speak the public SDK, unmodified. */

import assert from "node:assert/strict";

import {
  FacilityLocationType,
  FacilityServiceType,
  FacilityStatus,
  FacilityType,
  FftApiClient,
  FftApiError,
  FftFacilityService,
  FftListingService,
  FftOrderService,
  FftPickJobService,
  FftRoutingPlanService,
  FftStockService,
  ListingForReplacement,
  OutOfStockBehaviour,
  RoutingPlanStatus,
  type Facility,
  type Listing,
  type ManagedFacilityForCreation,
  type Order,
  type OrderForCreation,
  type OutOfStockConfig,
  type PickJob,
  type RoutingPlan,
  type Stock,
} from "@fulfillmenttools/fulfillmenttools-sdk-typescript";

import { address, email, eventually, password, server, unique } from "../common.js";

/** The enum of the SDK lacks it. */
export const NONE = "NONE" as OutOfStockBehaviour;

/** What the SDK keeps to itself: the only way to another host than its own. */
interface Hosts {
  baseUrl: string;
  authService: Login;
}

export interface Login {
  authLoginUrl: string;
  authRefreshUrl: string;
  idToken?: string;
  refreshToken?: string;
  expiresAt?: Date;
}

export function login(client: FftApiClient): Login {
  return (client as unknown as Hosts).authService;
}

/** A client of the SDK that speaks to Anteroom; it signs in with its first request. */
export function connect(secret = password): FftApiClient {
  const client = new FftApiClient("any-tenant", email, secret, "any-key");
  (client as unknown as Hosts).baseUrl = `${server}/api`;
  login(client).authLoginUrl = `${server}/v1/accounts:signInWithPassword`;
  login(client).authRefreshUrl = `${server}/v1/token`;
  return client;
}

/** Signing in takes long, as it should. */
const shared = connect();

export type Lines = Record<string, number>;

/** The world of a test: a store of its own, articles of its own, and the SDK's services. */
export class Retailer {
  readonly facilities: FftFacilityService;
  readonly listings: FftListingService;
  readonly stocks: FftStockService;
  readonly orders: FftOrderService;
  readonly pickJobs: FftPickJobService;
  readonly routingPlans: FftRoutingPlanService;

  private constructor(
    readonly client: FftApiClient,
    readonly store: Facility,
  ) {
    this.facilities = new FftFacilityService(client);
    this.listings = new FftListingService(client);
    this.stocks = new FftStockService(client);
    this.orders = new FftOrderService(client);
    this.pickJobs = new FftPickJobService(client);
    this.routingPlans = new FftRoutingPlanService(client);
  }

  static async open(): Promise<Retailer> {
    return new Retailer(shared, await new FftFacilityService(shared).createFacility(storeForCreation()));
  }

  /** Lists a new article in the store; its number. */
  async article(
    outOfStockBehaviour = NONE,
    outOfStockConfig?: OutOfStockConfig,
  ): Promise<string> {
    const { tenantArticleId } = await this.list(unique("article"), outOfStockBehaviour, outOfStockConfig);
    return tenantArticleId;
  }

  async list(
    tenantArticleId: string,
    outOfStockBehaviour: OutOfStockBehaviour,
    outOfStockConfig?: OutOfStockConfig,
  ): Promise<Listing> {
    return this.listings.create(this.store.id!, {
      tenantArticleId,
      title: "Raincoat",
      status: ListingForReplacement.StatusEnum.ACTIVE,
      outOfStockBehaviour,
      outOfStockConfig,
    });
  }

  /** Puts so many units of the article on the store's shelf. */
  async stock(tenantArticleId: string, value: number): Promise<Stock> {
    return this.stocks.createStock({ facilityRef: this.store.id!, tenantArticleId, value });
  }

  async order(lines: Lines, more: Partial<OrderForCreation> = {}): Promise<Order> {
    return this.orders.create({ ...orderForCreation(lines), ...more });
  }

  /** The order's plans that were not replaced by others, when that is what they have come to; by ascending id. */
  async plans(order: Order, ...statuses: RoutingPlanStatus[]): Promise<RoutingPlan[]> {
    const wanted = [...statuses].sort().join();
    const read = async (): Promise<RoutingPlan[]> => {
      const { routingPlans = [] } = await this.routingPlans.getByOrderRef(order.id);
      return routingPlans.filter((plan) => plan.status !== RoutingPlanStatus.OBSOLETE);
    };
    const arrived = (plans: RoutingPlan[]): boolean => plans.map((plan) => plan.status).sort().join() === wanted;
    return (await eventually(read, arrived)).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** The order's one plan, when it has come to this status. */
  async plan(order: Order, status: RoutingPlanStatus): Promise<RoutingPlan> {
    const [plan] = await this.plans(order, status);
    return plan;
  }

  /** The pick job of an order that is in stock. */
  async pickJob(lines: Lines): Promise<PickJob> {
    const order = await this.order(lines);
    await this.plan(order, RoutingPlanStatus.ROUTED);
    const { pickjobs = [] } = await this.pickJobs.getByTenantOrderId(order.tenantOrderId!);
    assert.equal(pickjobs.length, 1);
    return this.pickJobs.getById(pickjobs[0].id);
  }
}

export function storeForCreation(): ManagedFacilityForCreation {
  const name = unique("store");
  return {
    type: FacilityType.MANAGEDFACILITY,
    name,
    tenantFacilityId: name,
    status: FacilityStatus.ONLINE,
    locationType: FacilityLocationType.STORE,
    services: [{ type: FacilityServiceType.SHIPFROMSTORE }, { type: FacilityServiceType.PICKUP }],
    address: { ...address, companyName: name },
  };
}

export function orderForCreation(lines: Lines): OrderForCreation {
  return {
    tenantOrderId: unique("order"),
    orderDate: new Date(),
    consumer: {
      email: "ada@example.org",
      addresses: [{ ...address, firstName: "Ada", lastName: "Lovelace" }],
    },
    orderLineItems: Object.entries(lines).map(([tenantArticleId, quantity]) => ({
      article: { tenantArticleId, title: "Raincoat" },
      quantity,
    })),
  };
}

/** For `assert.rejects`: the SDK reports this status. */
export function status(expected: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FftApiError.isApiError(error), `Not an answer of the API: ${error}`);
    assert.equal((error as FftApiError).status, expected);
    return true;
  };
}
