/** The public SDK, unmodified, against a live Anteroom. */

import "./sdk/login.js";
import "./sdk/network.js";
import "./sdk/listings.js";
import "./sdk/stocks.js";
import "./sdk/waiting.js";
import "./sdk/splitting.js";
import "./sdk/picking.js";
import "./sdk/tags.js";
import "./sdk/customservices.js";
import "./sdk/stockactions.js";
import "./sdk/distribution.js";
import "./sdk/carriers.js";
import "./sdk/promises.js";
import "./sdk/subscriptions.js";
