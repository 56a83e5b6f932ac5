/** A client generated from the public contract, against a live Anteroom. */

import "./contract/reading.js";
import "./contract/groups.js";
import "./contract/strategies.js";
import "./contract/interventions.js";
import "./contract/orders.js";
import "./contract/inbound.js";
import "./contract/bulklistings.js";
import "./contract/safetystocks.js";
import "./contract/searches.js";
import "./contract/reservations.js";
import "./contract/history.js";
