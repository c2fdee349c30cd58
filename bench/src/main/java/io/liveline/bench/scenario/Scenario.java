package io.liveline.bench.scenario;

import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.vertx.core.json.JsonObject;

/** Something to measure: starts what it needs, and returns its figures. */
@FunctionalInterface
public interface Scenario {

    JsonObject run(Target target, Servers servers, Options options);
}
