package io.liveline.bench;

import io.vertx.core.json.JsonObject;

/** Something to measure: starts what it needs, and returns its figures. */
@FunctionalInterface
interface Scenario {

    JsonObject run(Target target, Servers servers, Options options);
}
