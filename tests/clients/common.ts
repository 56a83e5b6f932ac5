/** What both clients need: where Anteroom is, names that nobody used before, and patience. */

import assert from "node:assert/strict";

function given(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: these tests are run by \`make test-clients\`.`);
  }
  return value;
}

export const server = given("ANTEROOM_URL");
export const email = given("ANTEROOM_EMAIL");
export const password = given("ANTEROOM_PASSWORD");

let names = 0;

/** A name that no other test, and no earlier run against the same server, has used. */
export function unique(word: string): string {
  names += 1;
  return `${word}-${process.pid.toString(36)}-${Date.now().toString(36)}-${names}`;
}

export const inTenDays = (): Date => new Date(Math.ceil(Date.now() / 1000) * 1000 + 10 * 24 * 3600 * 1000);

/** Reads again until `done`: orders are routed in the background. Fails, showing what it read last, after 30 seconds. */
export async function eventually<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (done(value)) {
      return value;
    }
    assert.ok(Date.now() < deadline, `It did not happen within 30 seconds. Last: ${JSON.stringify(value)}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

export const address = {
  street: "Am Markt",
  houseNumber: "1",
  postalCode: "10115",
  city: "Berlin",
  country: "DE",
};
