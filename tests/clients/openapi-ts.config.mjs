// The client that the contract makes: requests are typed, and every answer is checked against the contract's schemas.

import { readFileSync } from "node:fs";

/**
 * Two things in the contract that the generator takes at their word, and JSON does not mean: int64 would make BigInts
 * of some numbers and not of others that have to equal them, and a discriminator without a mapping would demand the
 * name of the schema where the enum beside it names the value.
 */
function readable(key, value) {
  const misleading = (key === "format" && value === "int64") || (key === "discriminator" && !value.mapping);
  return misleading ? undefined : value;
}

export default {
  input: JSON.parse(readFileSync(process.env.ANTEROOM_CONTRACT, "utf8"), readable),
  output: { path: "generated", importFileExtension: ".js" },
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    "zod",
    { name: "@hey-api/sdk", validator: { response: "zod" } },
  ],
};
