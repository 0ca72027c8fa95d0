// Lets lumigo-cli, which is made for AWS alone, talk to an endpoint on this machine: version 2 of the SDK for JavaScript
// takes no endpoint from the environment. And keeps it from sending anything anywhere else.
"use strict";

const Module = require("module");

const endpoint = process.env.BENCH_ENDPOINT;
if (!endpoint || !endpoint.startsWith("http://127.0.0.1:")) {
	throw new Error("BENCH_ENDPOINT must be an address of this machine");
}

const load = Module._load;
let configured = false;
Module._load = function(request, ...rest) {
	if (request === "analytics-node") {
		return class {
			track() {}
		};
	}
	const loaded = load.call(this, request, ...rest);
	if (request === "aws-sdk" && !configured) {
		configured = true;
		loaded.config.update({ endpoint, s3ForcePathStyle: true });
	}
	return loaded;
};
